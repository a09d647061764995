import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";

/** Bytes and what is to be known of them. Made before a transaction begins: hashing 10 MiB would hold everyone up. */
export type FileContent = { hash: string; bytes: Uint8Array; isText: boolean };

export const toContent = (bytes: Uint8Array): FileContent => ({
  hash: createHash("sha256").update(bytes).digest("hex"),
  bytes,
  isText: isUtf8(bytes) && !bytes.includes(0),
});

export const textContent = (text: string): FileContent => toContent(new TextEncoder().encode(text));

export const toText = (bytes: Uint8Array): string => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
