import { pack, unpack } from "@/platform/parcel";
import { cut, decode, type PageContent, type PageJob, readText } from "./page-bytes";

/** The other side of `readPageApart`. */
export async function runPageChild(): Promise<void> {
  const { message, files } = unpack<PageJob>(await Bun.stdin.bytes());
  await Bun.write(Bun.stdout, pack({ message: await read(files.get("page")!, message), files: new Map() }));
  process.exit(0);
}

async function read(bytes: Uint8Array, job: PageJob): Promise<PageContent> {
  const { format, contentType, address, offset } = job;
  if (format === "plain" || format === "raw") return readText(bytes, job);
  const { readPage } = await import("./page-text");
  const { title, content } = readPage(decode(bytes, contentType), address, format);
  return { title, ...cut(content, offset) };
}
