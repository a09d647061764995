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

/** What is shown of bytes that are text; a byte order mark stays. */
export const toText = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
