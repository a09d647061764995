const MEMBER_BYTES = 50_000_000;
const MEMBERS = 40;

/** Two gigabytes of nothing in two megabytes: gzip may be made of parts, and each part says the same. */
function zeros(): Uint8Array[] {
  const member = Bun.gzipSync(new Uint8Array(MEMBER_BYTES));
  return Array.from({ length: MEMBERS }, () => member);
}

export const gzipBomb = (): Buffer => Buffer.concat(zeros());

/** A gzipped tar whose one file is as large, under any name. */
export const tarBomb = (name: string): Buffer => Buffer.concat([Bun.gzipSync(headerOf(name, MEMBER_BYTES * MEMBERS)), ...zeros()]);

/** A gzipped tar of one small file. */
export const tarOf = (name: string, text: string): Buffer =>
  Buffer.from(Bun.gzipSync(Buffer.concat([headerOf(name, text.length), Buffer.from(text.padEnd(512, "\0")), Buffer.alloc(1024)])));

/** Source: pax(1), "ustar Interchange Format" */
function headerOf(name: string, size: number): Buffer<ArrayBuffer> {
  const header = Buffer.alloc(512);
  const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, "0")}\0`;
  header.write(name, 0);
  header.write(octal(0o644, 8), 100);
  header.write(octal(size, 12), 124);
  header.write(octal(0, 12), 136);
  header.write("        0", 148);
  header.write("ustar\0" + "00", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}
