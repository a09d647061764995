import type { CreateMessage } from "@/domain/message";

const MAX_LENGTH = 80;

/** A session's title from its first message: its first words on one line, without the code that may follow them. */
export function titleOf(content: CreateMessage["content"]): string {
  const text = content.flatMap((part) => (part.type === "text" && part.text.trim() !== "" ? [part.text.slice(0, 1000)] : []))[0] ?? "";
  const beforeCode = /^[\s\S]*?(?=^[ \t]*(?:```|~~~))/m.exec(text)?.[0].trim();
  const line = (beforeCode || text).replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  if (line === "") return content.some(({ type }) => type === "image") ? "Image" : "New session";
  if (line.length <= MAX_LENGTH) return line.toWellFormed();
  const cut = line.slice(0, MAX_LENGTH - 1);
  const lastSpace = cut.lastIndexOf(" ");
  return `${(lastSpace > MAX_LENGTH / 2 ? cut.slice(0, lastSpace) : cut).toWellFormed()}…`;
}
