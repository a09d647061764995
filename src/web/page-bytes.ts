import type { PageFormat } from "./page-text";

/** What is to be read of the bytes that an address has answered with. */
export type PageJob = {
  address: string;
  contentType: string | null;
  /** `plain` drops the tags of a page that is too complex for more; `raw` leaves text as it is. */
  format: PageFormat | "plain" | "raw";
  /** Characters of the content that are left out. */
  offset: number;
};

export type PageContent = { title: string | null; content: string; truncated: boolean; note?: string };

const MAX_CONTENT_LENGTH = 100_000;

/** Text as it is, or without its tags. Its time grows with its length alone. */
export function readText(bytes: Uint8Array, { contentType, format, offset }: PageJob): PageContent {
  const text = decode(bytes, contentType);
  return { title: null, ...cut(format === "plain" ? plain(text) : text, offset) };
}

/** By the header, else by what the page says of itself near its beginning, else UTF-8. */
export function decode(bytes: Uint8Array, type: string | null): string {
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, 2048));
  const label =
    /charset=["']?([\w-]{1,40})/i.exec(type ?? "")?.[1] ?? /<meta[^>]{0,200}charset=["']?([\w-]{1,40})/i.exec(start)?.[1] ?? "utf-8";
  try {
    return new TextDecoder(label).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

/** The part of the content that is handed over. */
export function cut(text: string, offset: number): Omit<PageContent, "title"> {
  const content = text.slice(offset, offset + MAX_CONTENT_LENGTH).toWellFormed();
  const next = offset + content.length;
  if (next >= text.length) return { content, truncated: false };
  return { content, truncated: true, note: `${text.length - next} more characters: call again with offset ${next}` };
}

/** Every tag gone, and every script and style with what is in it: one pass over the text, whatever it holds. */
function plain(html: string): string {
  const lower = html.toLowerCase();
  const parts: string[] = [];
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf("<", at);
    if (open === -1) break;
    parts.push(html.slice(at, open));
    const hidden = /^<(script|style)\b/i.exec(html.slice(open, open + 10))?.[1];
    const end = hidden ? lower.indexOf(`</${hidden.toLowerCase()}`, open) : open;
    const close = end === -1 ? -1 : html.indexOf(">", end);
    if (close === -1) return parts.join(" ").replace(/\s+/g, " ").trim();
    at = close + 1;
  }
  return [...parts, html.slice(at)].join(" ").replace(/\s+/g, " ").trim();
}
