import type { SafeFetch } from "@/platform/safe-fetch";
import type { PageFormat } from "./page-text";
import { readPageApart } from "./read-page-apart";

/** What is fetched of one address, and what of it is handed over. */
const MAX_BYTES = 10 * 1024 * 1024;
const MAX_CONTENT_LENGTH = 100_000;
const TIMEOUT_MS = 30_000;

export type PageRequest = {
  url: string;
  method: "GET" | "HEAD";
  /** Of a page of HTML; `raw` leaves any text as it is. */
  format: PageFormat | "raw";
  /** Characters of the content that are left out, to read on where an earlier answer was cut off. */
  offset: number;
};

export type FetchedPage = {
  url: string;
  status_code: number;
  content_type: string | null;
  size: number | null;
  last_modified: string | null;
  filename: string | null;
  title?: string | null;
  format?: "markdown" | "text" | "raw";
  content?: string;
  truncated?: boolean;
  note?: string;
};

export type FetchPage = (request: PageRequest, signal: AbortSignal) => Promise<FetchedPage>;

/**
 * Fetches an address of the web. Text is handed over, HTML as readable Markdown or text; of anything else only what it is. Throws an
 * `OutboundError` for an address that is not allowed and for what takes too long or is too large, else what `fetch` throws.
 */
export const createFetchPage =
  ({ safeFetch }: { safeFetch: SafeFetch }): FetchPage =>
  async ({ url, method, format, offset }, signal) => {
    const response = await safeFetch(url, {
      method,
      headers: { accept: "text/html,application/xhtml+xml,text/*;q=0.9,application/json;q=0.9,*/*;q=0.5", "user-agent": "everruns" },
      maxBytes: MAX_BYTES,
      timeoutMs: TIMEOUT_MS,
      signal,
    });
    const about = describe(response, url);
    if (method === "HEAD") {
      await response.body?.cancel();
      return about;
    }
    if (!isText(about.content_type)) {
      await response.body?.cancel();
      return { ...about, note: "This is not text: its content is not shown" };
    }
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (bytes.subarray(0, 1024).includes(0) && !/charset=utf-16/i.test(about.content_type ?? ""))
      return { ...about, size: bytes.byteLength, note: "This is not text: its content is not shown" };
    const text = decode(bytes, about.content_type);
    const fetched = { ...about, size: bytes.byteLength };
    if (format === "raw" || !isHtml(about.content_type)) return { ...fetched, format: "raw", ...cut(text, offset) };

    const page = await readPageApart(text, { address: about.url, format }, signal);
    if (page === null) return { ...fetched, format: "text", ...cut(plain(text), offset), note: "The page is too complex to be read well" };
    return { ...fetched, title: page.title, format, ...cut(page.content, offset) };
  };

function describe(response: Response, asked: string): FetchedPage {
  const { headers, status } = response;
  const length = Number(headers.get("content-length") ?? Number.NaN);
  return {
    url: response.url || asked,
    status_code: status,
    content_type: headers.get("content-type"),
    size: Number.isSafeInteger(length) ? length : null,
    last_modified: headers.get("last-modified"),
    filename: filenameOf(headers.get("content-disposition"), response.url || asked),
  };
}

/** As the server names it, else the end of the address where that has an ending; never a path. */
function filenameOf(disposition: string | null, url: string): string | null {
  const given = /filename\*?=(?:utf-8'[^']*')?"?([^";]{1,255})"?/i.exec(disposition ?? "")?.[1];
  const last = URL.parse(url)?.pathname.split("/").at(-1);
  const name = given ?? (last && /\.[A-Za-z0-9]{1,10}$/.test(last) ? last : null);
  return name === null ? null : name.split(/[\\/]/).at(-1)!;
}

const isHtml = (type: string | null): boolean => type === null || /^(text\/html|application\/xhtml\+xml)\b/i.test(type);

const isText = (type: string | null): boolean =>
  type === null ||
  /^(text\/|application\/([\w.+-]*\+)?(json|xml|yaml|javascript|x-ndjson|xhtml\+xml|rss\+xml|atom\+xml|toml|sql|graphql)\b)/i.test(type);

/** By the header, else by what the page says of itself near its beginning, else UTF-8. */
function decode(bytes: Uint8Array, type: string | null): string {
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, 2048));
  const label =
    /charset=["']?([\w-]{1,40})/i.exec(type ?? "")?.[1] ?? /<meta[^>]{0,200}charset=["']?([\w-]{1,40})/i.exec(start)?.[1] ?? "utf-8";
  try {
    return new TextDecoder(label).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

function cut(text: string, offset: number): Pick<FetchedPage, "content" | "truncated" | "note"> {
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
