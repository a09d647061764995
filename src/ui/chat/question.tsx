import { memo, type ReactNode, useLayoutEffect, useRef, useState } from "react";
import type { Message } from "@/domain/message";
import { classes } from "@/ui/platform/class-names";
import { FileChip } from "./attached";
import { textOf } from "./chat";
import { downloadOf, filesOf, ownParts } from "./give-files";

/** What a person said. Its words are shown as they are; its pictures too, unless they lie on another server. */
export const Question = memo(function Question({ message, children }: { message: Message; children?: ReactNode }) {
  const content = ownParts(message);
  const text = textOf({ content });
  const images = content.filter((part) => part.type === "image");
  const files = filesOf(message);
  return (
    <div className="group/question relative flex flex-col items-end gap-1.5">
      {images.length > 0 && (
        <div className="flex max-w-[85%] flex-wrap justify-end gap-2">
          {images.map(({ base64, media_type, url }, index) => {
            const source = base64 ? `data:${media_type};base64,${base64}` : (url ?? "");
            return <Shown key={source} source={source} name={`Sent, number ${index + 1}`} />;
          })}
        </div>
      )}
      {files.length > 0 && (
        <ul aria-label="Files given" className="flex max-w-[85%] flex-wrap justify-end gap-2">
          {files.map((path) => (
            <li key={path} className="min-w-0">
              <a href={downloadOf(message.session_id, path)} download className="block rounded-lg hover:bg-hover">
                <FileChip name={path.slice(1)} />
              </a>
            </li>
          ))}
        </ul>
      )}
      {text !== "" && <Words text={text} />}
      {children}
    </div>
  );
});

/** A long text is folded to its first lines, so that what was answered is not far away. */
function Words({ text }: { text: string }) {
  const place = useRef<HTMLDivElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  const [isLong, setIsLong] = useState(() => text.length > 2000);
  useLayoutEffect(() => {
    const { scrollHeight, clientHeight } = place.current!;
    if (!isOpen) setIsLong(scrollHeight > clientHeight + 4);
  }, [isOpen]);
  return (
    <div className="max-w-[85%] rounded-2xl rounded-br-md bg-hover px-4 py-2.5">
      <div
        ref={place}
        className={classes("whitespace-pre-wrap [overflow-wrap:anywhere]", !isOpen && "max-h-64 overflow-hidden")}
        style={isLong && !isOpen ? { maskImage: "linear-gradient(black 70%, transparent)" } : undefined}
      >
        {text}
      </div>
      {isLong && (
        <button
          type="button"
          aria-expanded={isOpen}
          onClick={() => setIsOpen(!isOpen)}
          className="mt-1 rounded font-medium text-muted text-sm hover:text-ink pointer-coarse:py-2"
        >
          {isOpen ? "Show less" : "Show all"}
        </button>
      )}
    </div>
  );
}

function Shown({ source, name }: { source: string; name: string }) {
  if (source.startsWith("data:image/"))
    return <img src={source} alt={name} className="max-h-64 max-w-full rounded-xl border border-line" />;
  return (
    <a href={source} target="_blank" rel="noopener noreferrer" className="text-accent text-sm underline [overflow-wrap:anywhere]">
      {`[Image: ${source}]`}
    </a>
  );
}
