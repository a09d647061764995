import { invalid } from "@/platform/app-error";
import { type FileContent, textContent, toContent } from "./file-content";

type Given = { content?: string | null | undefined; encoding?: "text" | "base64" | null | undefined };

/** The bytes that a request, or a model, spells out; without any, an empty file. Throws `invalid` for what is no base64. */
export function givenContent({ content, encoding }: Given): FileContent {
  if (encoding !== "base64") return textContent(content ?? "");
  const text = content ?? "";
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text))
    throw invalid("content must be base64 without a prefix, blanks or line breaks");
  return toContent(Buffer.from(text, "base64"));
}
