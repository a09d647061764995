import { ArrowUp, ImagePlus, Square, X } from "lucide-react";
import { type ClipboardEvent, type DragEvent, type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { IconButton } from "@/ui/parts/button";
import { notifyFailure } from "@/ui/parts/notify";
import { classes } from "@/ui/platform/class-names";
import type { GivenPart } from "./chat-actions";
import { type GivenImage, readImage, roomBeside } from "./read-image";

type Props = {
  /** What is written here is kept under this name until it is sent. */
  draftKey: string;
  placeholder: string;
  isRunning?: boolean;
  isDisabled?: boolean;
  /** Resolves once the message is safe; what was written stays until then. */
  onSend: (parts: GivenPart[]) => Promise<unknown>;
  onStop?: () => void;
  /** What stands beside the buttons, such as the choice of a model. */
  children?: ReactNode;
};

/** Where a person writes: text that grows with its lines, pictures by paste and drop, Enter sends. */
export function Composer({ draftKey, placeholder, isRunning = false, isDisabled = false, onSend, onStop, children }: Props) {
  const [text, setText] = useState(() => readDraft(draftKey));
  const [images, setImages] = useState<GivenImage[]>([]);
  const [isSending, setIsSending] = useState(false);
  const [isOver, setIsOver] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);

  useEffect(() => keepDraft(draftKey, text), [draftKey, text]);
  useEffect(() => {
    // On a phone the keyboard would cover what is to be read first.
    if (matchMedia("(pointer: fine)").matches) field.current?.focus();
  }, []);
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.key !== "/" || (event.target as HTMLElement).closest("input, textarea, select, dialog")) return;
      event.preventDefault();
      field.current?.focus();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);

  const canSend = !isDisabled && !isSending && (text.trim() !== "" || images.length > 0);

  async function send() {
    if (!canSend) return;
    const parts: GivenPart[] = [...(text.trim() === "" ? [] : [{ type: "text" as const, text }]), ...images];
    setIsSending(true);
    try {
      await onSend(parts);
      setText("");
      setImages([]);
    } catch (error) {
      notifyFailure(error);
    } finally {
      setIsSending(false);
      field.current?.focus();
    }
  }

  async function add(files: Iterable<File>) {
    try {
      let all = images;
      for (const file of files) all = [...all, await readImage(file, roomBeside(all))];
      setImages(all);
    } catch (error) {
      notifyFailure(error);
    }
  }

  function onPaste(event: ClipboardEvent) {
    const pictures = picturesOf(event.clipboardData.files);
    if (pictures.length === 0) return;
    event.preventDefault();
    void add(pictures);
  }

  function onDrop(event: DragEvent) {
    event.preventDefault();
    setIsOver(false);
    void add(picturesOf(event.dataTransfer.files));
  }

  function onKeyDown(event: KeyboardEvent) {
    // Enter that ends a word of an input method sends nothing.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send();
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
      onDragOver={(event) => {
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={onDrop}
      className={classes(
        "rounded-2xl border bg-raised shadow-[0_2px_12px_rgb(0_0_0/0.05)] transition-colors focus-within:border-line-strong",
        isOver ? "border-primary ring-2 ring-primary/20" : "border-line",
      )}
    >
      {images.length > 0 && (
        <ul className="flex flex-wrap gap-2 px-3 pt-3" aria-label="Pictures to send">
          {images.map((image, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a picture has no name
            <li key={index} className="relative">
              <img
                src={`data:${image.media_type};base64,${image.base64}`}
                alt={`To send, number ${index + 1}`}
                className="size-16 rounded-lg border border-line object-cover"
              />
              <button
                type="button"
                aria-label={`Remove picture ${index + 1}`}
                onClick={() => setImages(images.filter((_, other) => other !== index))}
                className="-top-1.5 -right-1.5 absolute grid size-5 place-items-center rounded-full border border-line bg-raised text-muted hover:text-ink"
              >
                <X size={12} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <textarea
        ref={field}
        rows={1}
        aria-label="Message"
        placeholder={placeholder}
        value={text}
        disabled={isDisabled}
        onChange={({ target }) => setText(target.value)}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
        className="field-sizing-content block max-h-[40vh] min-h-12 w-full resize-none bg-transparent px-4 pt-3.5 pb-1 outline-none placeholder:text-faint"
      />
      <div className="flex items-center gap-1 px-2 pb-2">
        <input
          ref={picker}
          type="file"
          accept="image/*"
          multiple
          hidden
          onChange={({ target }) => {
            void add([...(target.files ?? [])]);
            target.value = "";
          }}
        />
        <IconButton label="Add a picture" onClick={() => picker.current?.click()} disabled={isDisabled}>
          <ImagePlus size={18} />
        </IconButton>
        {children}
        <span className="flex-1" />
        {isRunning && onStop && (
          <button
            type="button"
            onClick={onStop}
            title="Stop (Esc)"
            className="inline-flex h-9 items-center gap-2 rounded-xl border border-line px-3 font-medium text-sm hover:bg-hover pointer-coarse:h-10"
          >
            <Square size={12} aria-hidden className="fill-current" />
            Stop
          </button>
        )}
        <button
          type="submit"
          aria-label={isRunning ? "Queue the message" : "Send"}
          title={isRunning ? "Queue the message: it is answered next" : "Send"}
          disabled={!canSend}
          className="grid size-9 place-items-center rounded-xl bg-primary text-on-primary transition-colors hover:bg-primary-hover disabled:bg-hover disabled:text-faint pointer-coarse:size-10"
        >
          <ArrowUp size={18} />
        </button>
      </div>
    </form>
  );
}

const picturesOf = (files: FileList): File[] => [...files].filter(({ type }) => type.startsWith("image/"));

const nameOf = (draftKey: string): string => `everruns.draft.${draftKey}`;

function readDraft(draftKey: string): string {
  try {
    return sessionStorage.getItem(nameOf(draftKey)) ?? "";
  } catch {
    return "";
  }
}

function keepDraft(draftKey: string, text: string): void {
  try {
    if (text === "") sessionStorage.removeItem(nameOf(draftKey));
    else sessionStorage.setItem(nameOf(draftKey), text);
  } catch {
    // A browser that keeps nothing loses the draft when it is closed.
  }
}
