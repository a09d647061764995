import type { SafeFetch } from "@/platform/safe-fetch";
import { readText } from "./page-bytes";
import type { PageFormat } from "./page-text";
import { readPageApart } from "./read-page-apart";

/** What is fetched of one address, and what of it is handed over. */
const MAX_BYTES = 10 * 1024 * 1024;
const TIMEOUT_MS = 30_000;

/** Text of more bytes is read in a process of its own, as HTML always is: it would hold everyone up. */
const MAX_HERE_BYTES = 256 * 1024;

const UNREAD = { title: null, content: "", truncated: false };

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
    const fetched = { ...about, size: bytes.byteLength };
    const job = { address: about.url, contentType: about.content_type, offset };
    if (format === "raw" || !isHtml(about.content_type)) {
      const raw = { ...job, format: "raw" as const };
      const { title: _, ...read } =
        (bytes.byteLength <= MAX_HERE_BYTES ? readText(bytes, raw) : await readPageApart(bytes, raw, signal)) ?? UNREAD;
      return { ...fetched, format: "raw", ...read };
    }
    const page = await readPageApart(bytes, { ...job, format }, signal);
    if (page !== null) return { ...fetched, format, ...page };
    const { title: _, ...read } = (await readPageApart(bytes, { ...job, format: "plain" }, signal)) ?? UNREAD;
    return { ...fetched, format: "text", ...read, note: "The page is too complex to be read well" };
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
