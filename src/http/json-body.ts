import { AppError } from "@/platform/app-error";

const MAX_DEPTH = 64;

/**
 * Reads a JSON body: UTF-8 only, at most 64 levels deep. The depth is counted on the text, before anything is built from it.
 * An absent body is an empty object, so that `POST {}` may leave it out.
 */
export async function readJsonBody(request: Request): Promise<unknown> {
  const bytes = await request.arrayBuffer();
  if (bytes.byteLength === 0) return {};
  const text = decode(bytes);
  refuseDepth(text);
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError("invalid", "The body is not valid JSON");
  }
}

function decode(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new AppError("invalid", "The body is not valid UTF-8");
  }
}

function refuseDepth(text: string): void {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (inString) {
      if (unit === 0x5c) at++;
      else if (unit === 0x22) inString = false;
    } else if (unit === 0x22) inString = true;
    else if (unit === 0x7b || unit === 0x5b) {
      if (++depth > MAX_DEPTH) throw new AppError("invalid", `The body is nested more than ${MAX_DEPTH} levels deep`);
    } else if (unit === 0x7d || unit === 0x5d) depth--;
  }
}
