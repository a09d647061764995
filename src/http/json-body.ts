import { isUtf8 } from "node:buffer";
import { AppError } from "@/platform/app-error";
import { bodyRulesOf, MAX_BODY_BYTES } from "./body-rules";

const MAX_DEPTH = 64;

const rawBodies = new WeakMap<Request, Uint8Array>();

/** The bytes of a body that is a file, or undefined where it was JSON. */
export const rawBodyOf = (request: Request): Uint8Array | undefined => rawBodies.get(request);

/** Reads a body: JSON, or a file as it is where the address takes one. Of a file the route sees an empty object; `rawBodyOf` has the bytes. */
export async function readBody(request: Request): Promise<unknown> {
  const { maxBytes, isRaw } = bodyRulesOf(request);
  if (!isRaw) return readJsonBody(request, PATIENCE, maxBytes);
  rawBodies.set(request, await receive(request, PATIENCE, maxBytes));
  return {};
}

/** A client that takes longer than this to send its body, or is silent for so long in its middle, holds a connection for nothing. */
const PATIENCE = { wholeMs: 60_000, silenceMs: 30_000 };

/**
 * Reads a JSON body: UTF-8 only, at most 64 levels deep, and only characters that every store and every model can take.
 * The depth is counted on the text, before anything is built from it. An absent body is an empty object, so that `POST {}` may leave it out.
 */
export async function readJsonBody(request: Request, patience = PATIENCE, maxBytes = MAX_BODY_BYTES): Promise<unknown> {
  const bytes = await receive(request, patience, maxBytes);
  if (bytes.byteLength === 0) return {};
  const text = decode(bytes);
  refuseDepth(text);
  const value = parse(text);
  if (text.includes("\\u") && /\\u(0000|d[89a-f])/i.test(text)) refuseBrokenText(value);
  return value;
}

/** What a client sends in chunks has no declared length: it is counted as it comes, and not kept beyond the limit. */
async function receive(request: Request, { wholeMs, silenceMs }: typeof PATIENCE, maxBytes: number): Promise<Uint8Array> {
  const reader = (request.body as ReadableStream<Uint8Array> | null)?.getReader();
  if (!reader) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  const late = Promise.withResolvers<never>();
  const giveUp = () => late.reject(new AppError("timeout", "The body did not arrive in time", { code: "body_timeout" }));
  const whole = setTimeout(giveUp, wholeMs);
  let silence: Timer | undefined;
  try {
    for (;;) {
      clearTimeout(silence);
      silence = setTimeout(giveUp, silenceMs);
      const { done, value } = await Promise.race([reader.read(), late.promise]);
      if (done) return Buffer.concat(chunks);
      length += value.byteLength;
      if (length > maxBytes) throw tooLarge(maxBytes);
      chunks.push(value);
    }
  } catch (error) {
    reader.cancel().catch(() => {});
    throw error;
  } finally {
    clearTimeout(whole);
    clearTimeout(silence);
  }
}

export const tooLarge = (maxBytes: number) => new AppError("too_large", `The body is larger than ${maxBytes} bytes`);

/** Ten times as fast as a strict `TextDecoder`. A byte order mark is no part of the text. */
function decode(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw new AppError("invalid", "The body is not valid UTF-8");
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError("invalid", "The body is not valid JSON");
  }
}

function refuseDepth(text: string): void {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x22) at = endOfString(text, at);
    else if (unit === 0x7b || unit === 0x5b) {
      if (++depth > MAX_DEPTH) throw new AppError("invalid", `The body is nested more than ${MAX_DEPTH} levels deep`);
    } else if (unit === 0x7d || unit === 0x5d) depth--;
  }
}

/** Where the string that begins here ends: found by the runtime's own search, for files are strings of megabytes. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === 0x5c) slashes++;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
}

/** JSON can write what is no text: NUL, which databases cut text at, and half a surrogate pair, which UTF-8 cannot hold. */
function refuseBrokenText(value: unknown): void {
  if (typeof value === "string" && (value.includes("\u0000") || !value.isWellFormed()))
    throw new AppError("invalid", "The body has a text with a NUL character or half a surrogate pair in it: leave those out");
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    refuseBrokenText(key);
    refuseBrokenText(inner);
  }
}
