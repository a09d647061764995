/** The largest body of a request, in bytes; a file may be larger. */
export const MAX_BODY_BYTES = 1024 * 1024;

const MAX_FILE_BODY_BYTES = 10 * 1024 * 1024;

/** Where a session's files lie; what begins with `_` there are words of the API. */
const FILE = /^\/v1\/(agents\/[^/]+\/)?sessions\/[^/]+\/fs\/(?!_(\/|$))/;

/** What the body of a request may be, by its method and address. Whoever writes a file may send it as it is, under any type but JSON's. */
export function bodyRulesOf(request: Request): { maxBytes: number; isRaw: boolean } {
  const isFile = (request.method === "PUT" || request.method === "POST") && FILE.test(new URL(request.url).pathname);
  return { maxBytes: isFile ? MAX_FILE_BODY_BYTES : MAX_BODY_BYTES, isRaw: isFile && request.method === "PUT" && !isJson(request) };
}

export const isJson = (request: Request): boolean => /^application\/json\s*(;|$)/i.test(request.headers.get("content-type") ?? "");
