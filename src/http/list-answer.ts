import type { PageQuery } from "./lists";

/** Where something lies in a log, and how many bytes it has. */
export type Sized = { sequence: number; bytes: number };

type Listed = {
  /** The page in parts, each small enough to be read and written while everyone else waits. */
  slices: readonly (readonly number[])[];
  total: number;
  /** The JSON of a slice's items. */
  write: (slice: readonly number[]) => Promise<string[]>;
};

const SLICE_BYTES = 256 * 1024;

/** Neighbours together up to a quarter of a mebibyte; what is larger stands alone. */
export function slicesOf(items: readonly Sized[]): number[][] {
  const slices: number[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const item of items) {
    if (bytes + item.bytes > SLICE_BYTES) {
      slices.push([]);
      bytes = 0;
    }
    slices.at(-1)!.push(item.sequence);
    bytes += item.bytes;
  }
  return slices;
}

/**
 * The envelope of a list whose items may be large. A small page is answered at once; another is streamed slice by slice, as fast as the client
 * takes it, and read a second time for `data`: so neither memory nor anybody else's patience is taken by it.
 */
export async function listAnswer(listed: Listed, { offset, limit }: PageQuery): Promise<Response> {
  const headers = { "content-type": "application/json;charset=utf-8" };
  const end = `"total":${listed.total},"offset":${offset},"limit":${limit}}`;
  if (listed.slices.length > 1) return new Response(toStream(parts(listed, end)), { headers });
  const [slice] = listed.slices;
  const list = slice ? `[${(await listed.write(slice)).join(",")}]` : "[]";
  return new Response(`{"items":${list},"data":${list},${end}`, { headers });
}

async function* parts(listed: Listed, end: string): AsyncGenerator<string> {
  yield '{"items":[';
  yield* items(listed);
  yield '],"data":[';
  yield* items(listed);
  yield `],${end}`;
}

async function* items({ slices, write }: Listed): AsyncGenerator<string> {
  let isFirst = true;
  for (const slice of slices) {
    const written = await write(slice);
    if (written.length > 0) yield `${isFirst ? "" : ","}${written.join(",")}`;
    if (written.length > 0) isFirst = false;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function toStream(texts: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await texts.next();
      if (done) return controller.close();
      controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await texts.return(undefined);
    },
  });
}
