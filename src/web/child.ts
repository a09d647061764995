import { pack, unpack } from "@/platform/parcel";
import type { PageFormat } from "./page-text";

export type PageJob = { address: string; format: PageFormat };

/** The other side of `readPageApart`. */
export async function runPageChild(): Promise<void> {
  const { message, files } = unpack<PageJob>(await Bun.stdin.bytes());
  const html = new TextDecoder().decode(files.get("page"));
  const { readPage } = await import("./page-text");
  await Bun.write(Bun.stdout, pack({ message: readPage(html, message.address, message.format), files: new Map() }));
  process.exit(0);
}
