import { ChildFailed, runInOwnProcess } from "@/platform/own-process";
import { pack, unpack } from "@/platform/parcel";
import type { PageContent, PageJob } from "./page-bytes";

const LIMITS = { timeoutMs: 3_000, maxMemoryBytes: 768 * 1024 * 1024, maxOutputBytes: 4 * 1024 * 1024 };

/** Reads a page in a process of its own, for HTML can be written to take minutes. Null when it was too much; throws the signal's reason. */
export async function readPageApart(bytes: Uint8Array, job: PageJob, signal: AbortSignal): Promise<PageContent | null> {
  try {
    const parcel = pack({ message: job, files: new Map([["page", bytes]]) });
    return unpack<PageContent>(await runInOwnProcess("page", parcel, LIMITS, signal)).message;
  } catch (error) {
    if (error instanceof ChildFailed) return null;
    throw error;
  }
}
