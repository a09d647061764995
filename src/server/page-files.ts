import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { errorAnswer } from "@/http/errors";
import { AppError, notFound } from "@/platform/app-error";
import { embeddedPage } from "./embedded-page";

/** A file's path on this machine, or inside the executable, by its address. */
type Files = ReadonlyMap<string, string>;

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const TYPES: Record<string, string> = {
  html: "text/html;charset=utf-8",
  js: "text/javascript;charset=utf-8",
  css: "text/css;charset=utf-8",
  svg: "image/svg+xml",
  woff2: "font/woff2",
};

/** Addresses that answer machines: nobody's deep link into the page. */
const NOT_PAGES = /^\/(v1|api|api-doc|swagger-ui|health|ready|mcp|assets)(\/|$)/;

/**
 * Answers the page's files, and the page itself at `/` and at every address that a browser opens and that is not the API's.
 * Any other address, or all of them when the page is not built, is not its own: undefined.
 */
export function createPageFiles(find: () => Files = pageFiles) {
  let files = find();
  return (request: Request): Response | undefined => {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/assets/")) return answerAsset(request, files, pathname);
    if (!isDeepLink(request, pathname)) return undefined;
    // Beside a server that runs from its sources the page may be built anew.
    if (!embeddedPage) files = find();
    if (!files.has("/index.html")) return undefined;
    return answerFile(request, files, "/index.html", {
      "cache-control": "no-cache",
      "content-security-policy": POLICY,
    });
  };
}

const isReading = ({ method }: Request): boolean => method === "GET" || method === "HEAD";

/** At `/` a page stands for everyone; elsewhere only for who asks for one, as a browser does when an address is opened. */
function isDeepLink(request: Request, pathname: string): boolean {
  if (!isReading(request)) return false;
  if (pathname === "/") return true;
  return !NOT_PAGES.test(pathname) && /\btext\/html\b/.test(request.headers.get("accept") ?? "");
}

/** Their names change with what is in them, so that a browser need never ask again. */
function answerAsset(request: Request, files: Files, pathname: string): Response {
  if (!isReading(request))
    return errorAnswer(new AppError("method_not_allowed", "Only GET and HEAD are answered here"), { allow: "GET, HEAD" });
  if (!files.has(pathname) || /\.(br|gz)$/.test(pathname)) return errorAnswer(notFound("File"));
  return answerFile(request, files, pathname, { "cache-control": "public, max-age=31536000, immutable" });
}

function answerFile(request: Request, files: Files, address: string, headers: Record<string, string>): Response {
  const encoding = encodingOf(request, files, address);
  const path = files.get(address + (encoding ? SUFFIX[encoding] : ""))!;
  const type = TYPES[address.slice(address.lastIndexOf(".") + 1)] ?? "application/octet-stream";
  return new Response(Bun.file(path), {
    headers: {
      ...headers,
      "content-type": type,
      vary: "accept-encoding",
      ...(encoding ? { "content-encoding": encoding } : {}),
    },
  });
}

const SUFFIX = { br: ".br", gzip: ".gz" } as const;

function encodingOf(request: Request, files: Files, address: string): keyof typeof SUFFIX | undefined {
  const accepted = (request.headers.get("accept-encoding") ?? "")
    .split(",")
    .filter((one) => !/;\s*q=0(\.0*)?\s*$/.test(one))
    .map((one) => one.split(";")[0]!.trim());
  return (["br", "gzip"] as const).find((encoding) => accepted.includes(encoding) && files.has(address + SUFFIX[encoding]));
}

/** From inside the executable; from dist/page where the server runs from its sources and the page was built. */
function pageFiles(): Files {
  if (embeddedPage) return new Map(Object.entries(embeddedPage));
  const folder = join(import.meta.dir, "../../dist/page");
  if (!existsSync(folder)) return new Map();
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    names.map(({ parentPath, name }) => [join(parentPath, name).slice(folder.length).replaceAll("\\", "/"), join(parentPath, name)]),
  );
}
