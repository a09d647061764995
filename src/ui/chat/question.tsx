import { memo, type ReactNode } from "react";
import type { Message } from "@/domain/message";
import { textOf } from "./chat";

/** What a person said. Its words are shown as they are; its pictures too, unless they lie on another server. */
export const Question = memo(function Question({ message, children }: { message: Message; children?: ReactNode }) {
  const text = textOf(message);
  const images = message.content.filter((part) => part.type === "image");
  return (
    <div className="group/question flex flex-col items-end gap-1.5">
      {images.length > 0 && (
        <div className="flex max-w-[85%] flex-wrap justify-end gap-2">
          {images.map(({ base64, media_type, url }, index) => {
            const source = base64 ? `data:${media_type};base64,${base64}` : (url ?? "");
            return <Shown key={source} source={source} name={`Sent, number ${index + 1}`} />;
          })}
        </div>
      )}
      {text !== "" && (
        <div className="max-w-[85%] whitespace-pre-wrap rounded-2xl rounded-br-md bg-hover px-4 py-2.5 [overflow-wrap:anywhere]">
          {text}
        </div>
      )}
      {children}
    </div>
  );
});

function Shown({ source, name }: { source: string; name: string }) {
  if (source.startsWith("data:image/"))
    return <img src={source} alt={name} className="max-h-64 max-w-full rounded-xl border border-line" />;
  return (
    <a href={source} target="_blank" rel="noopener noreferrer" className="text-accent text-sm underline [overflow-wrap:anywhere]">
      {`[Image: ${source}]`}
    </a>
  );
}
