import { ArrowUp, Paperclip, Square } from "lucide-react";
import { type ClipboardEvent, type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { IconButton } from "@/ui/parts/button";
import { notifyFailure } from "@/ui/parts/notify";
import { classes } from "@/ui/platform/class-names";
import { Attached } from "./attached";
import type { GivenPart } from "./chat-actions";
import { keepDraft, readDraft } from "./draft";
import { useAttachments } from "./use-attachments";
import { usePageDrop } from "./use-page-drop";

type Props = {
  /** What is written here is kept under this name until it is sent. */
  draftKey: string;
  placeholder: string;
  isRunning?: boolean;
  /** What is said to whoever brings a file that is no picture; null where files are welcome. */
  whyNoFiles: string | null;
  /** Resolves once the message is safe; what was written stays until then. */
  onSend: (parts: GivenPart[], files: readonly File[]) => Promise<unknown>;
  onStop?: () => void;
  /** What stands beside the buttons, such as the choice of a model. */
  children?: ReactNode;
};

/** Where a person writes: text that grows with its lines, pictures and files by paste and drop, Enter sends. */
export function Composer({ draftKey, placeholder, isRunning = false, whyNoFiles, onSend, onStop, children }: Props) {
  const [text, setText] = useState(() => readDraft(draftKey));
  const [isSending, setIsSending] = useState(false);
  const attachments = useAttachments(whyNoFiles);
  const { images, files, add } = attachments;
  const isOver = usePageDrop((dropped) => void add(dropped));
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);

  useEffect(() => keepDraft(draftKey, text), [draftKey, text]);
  useEffect(() => {
    // On a phone the keyboard would cover what is to be read first.
    if (matchMedia("(pointer: fine)").matches) field.current?.focus();
  }, []);
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey) return;
      if ((event.target as HTMLElement).closest("input, textarea, select, dialog")) return;
      event.preventDefault();
      field.current?.focus();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);

  const canSend = !isSending && (text.trim() !== "" || !attachments.isEmpty);

  async function send() {
    if (!canSend) return;
    const parts: GivenPart[] = [...(text.trim() === "" ? [] : [{ type: "text" as const, text }]), ...images];
    setIsSending(true);
    try {
      await onSend(parts, files);
      setText("");
      attachments.clear();
    } catch (error) {
      notifyFailure(error);
    } finally {
      setIsSending(false);
      field.current?.focus();
    }
  }

  function onPaste(event: ClipboardEvent) {
    // A program that copies words often copies a picture of them too.
    if (event.clipboardData.files.length === 0 || event.clipboardData.types.includes("text/plain")) return;
    event.preventDefault();
    void add([...event.clipboardData.files]);
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
      className={classes(
        "relative rounded-2xl border bg-raised shadow-[0_2px_12px_rgb(0_0_0/0.05)] transition-colors focus-within:border-line-strong",
        isOver ? "border-primary ring-2 ring-primary/20" : "border-line",
      )}
    >
      <Attached {...attachments} />
      <textarea
        ref={field}
        rows={1}
        aria-label="Message"
        placeholder={placeholder}
        value={text}
        onChange={({ target }) => setText(target.value)}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
        className="field-sizing-content block max-h-[40vh] min-h-12 w-full resize-none bg-transparent px-4 pt-3.5 pb-1 outline-none placeholder:truncate placeholder:text-faint"
      />
      <div className="flex items-center gap-1 px-2 pb-2">
        <input
          ref={picker}
          type="file"
          aria-label="Files to add"
          {...(whyNoFiles === null ? {} : { accept: "image/*" })}
          multiple
          hidden
          onChange={({ target }) => {
            void add([...(target.files ?? [])]);
            target.value = "";
          }}
        />
        <IconButton label={whyNoFiles === null ? "Add pictures or files" : "Add pictures"} onClick={() => picker.current?.click()}>
          <Paperclip size={18} />
        </IconButton>
        {children}
        <span className="flex-1" />
        {isRunning && onStop && (
          <button
            type="button"
            onClick={onStop}
            title="Stop (Esc)"
            className="inline-flex h-9 shrink-0 items-center gap-2 rounded-xl border border-line px-3 font-medium text-sm hover:bg-hover pointer-coarse:h-10"
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
          className="grid size-9 shrink-0 place-items-center rounded-xl bg-primary text-on-primary transition-colors hover:bg-primary-hover disabled:bg-hover disabled:text-faint pointer-coarse:size-10"
        >
          <ArrowUp size={18} />
        </button>
      </div>
      {isOver && (
        <p
          role="status"
          className="absolute inset-0 grid place-items-center rounded-2xl bg-raised/95 px-4 text-center font-medium text-accent text-sm"
        >
          {whyNoFiles === null ? "Drop pictures or files here" : "Drop pictures here"}
        </p>
      )}
    </form>
  );
}
