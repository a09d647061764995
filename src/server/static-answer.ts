import { errorAnswer } from "@/http/errors";
import { AppError } from "@/platform/app-error";

export type StaticFile = {
  body: string | Uint8Array<ArrayBuffer> | Bun.BunFile;
  contentType: string;
  /** Changes with the body. */
  version: string;
  contentSecurityPolicy?: string;
};

/** Answers GET and HEAD (whose body Bun leaves out). A browser keeps the file and asks each time whether it is still the same, so that no two versions mix. */
export function staticAnswer(request: Request, { body, contentType, version, contentSecurityPolicy }: StaticFile): Response {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return errorAnswer(new AppError("method_not_allowed", "Only GET and HEAD are answered here"), { allow: "GET, HEAD" });
  }
  const etag = `"${version}"`;
  const headers = {
    etag,
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    ...(contentSecurityPolicy ? { "content-security-policy": contentSecurityPolicy } : {}),
  };
  if (isKnown(request, etag)) return new Response(null, { status: 304, headers });
  return new Response(body, { headers: { ...headers, "content-type": contentType } });
}

function isKnown(request: Request, etag: string): boolean {
  const known = (request.headers.get("if-none-match") ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return known.includes(etag) || known.includes("*");
}

/** A version for `StaticFile` that is made from the bytes themselves. */
export const versionOf = (body: string | Uint8Array): string => Bun.hash(body).toString(36);
