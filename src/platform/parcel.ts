/** Files by their paths, as bytes. */
export type Files = ReadonlyMap<string, Uint8Array>;

/** Something that is sent between the server and a child process: a small message, and files that JSON would swell. */
export type Parcel<Message> = { message: Message; files: Files };

/** A length (4 bytes, big-endian), JSON of that length, then the files' bytes one behind the other. */
export function pack<Message>({ message, files }: Parcel<Message>): Uint8Array {
  const sizes = [...files].map(([path, bytes]) => [path, bytes.byteLength]);
  const head = Buffer.from(JSON.stringify({ message, sizes }), "utf8");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(head.byteLength);
  return Buffer.concat([length, head, ...files.values()]);
}

/** Throws for what `pack` has not made. */
export function unpack<Message>(bytes: Uint8Array): Parcel<Message> {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 4 + all.readUInt32BE(0);
  const { message, sizes } = JSON.parse(all.toString("utf8", 4, start)) as { message: Message; sizes: [string, number][] };
  let at = start;
  const files = new Map(
    sizes.map(([path, size]) => {
      if (at + size > all.byteLength) throw new Error("A parcel is cut short");
      at += size;
      return [path, all.subarray(at - size, at)];
    }),
  );
  return { message, files };
}
