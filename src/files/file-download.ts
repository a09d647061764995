import { nameOf } from "@/domain/file";

/** Whoever downloads gets the bytes as an attachment of no known type: nothing in them is shown or run under this server's address. */
export const download = (path: string, bytes: Uint8Array): Response =>
  new Response(bytes as Uint8Array<ArrayBuffer>, {
    headers: {
      "content-type": "application/octet-stream",
      "content-disposition": `attachment; filename*=UTF-8''${encoded(nameOf(path))}`,
      "content-security-policy": "sandbox; default-src 'none'",
      "cache-control": "private, no-cache",
    },
  });

/** Source: RFC 8187, section 3.2.1 */
const encoded = (name: string): string =>
  encodeURIComponent(name).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
