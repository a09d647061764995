import type { FileInfo } from "@/domain/file";
import { api, wordsOf } from "@/ui/api/client";
import { queryClient } from "@/ui/api/queries";
import { addressOf, directoryQuery, filesChanged } from "./file-queries";
import { join, nameOf } from "./file-rows";

const MIB = 1024 * 1024;
const MOST_BYTES = 10 * MIB;

const afterwards = async <Value>(sessionId: string, change: Promise<Value>): Promise<Value> => {
  const value = await change;
  await filesChanged(sessionId);
  return value;
};

export const makeFolder = (sessionId: string, path: string) =>
  afterwards(sessionId, api.post<FileInfo>(addressOf(sessionId, path), { is_directory: true }));

export const moveFile = (sessionId: string, from: string, to: string) =>
  afterwards(sessionId, api.post<FileInfo>(`${addressOf(sessionId, "/")}/_/move`, { src_path: from, dst_path: to }));

export const removeFile = (sessionId: string, path: string) =>
  afterwards(sessionId, api.remove(`${addressOf(sessionId, path)}?recursive=true`));

export const protectFile = (sessionId: string, path: string, isReadonly: boolean) =>
  afterwards(sessionId, api.put<FileInfo>(addressOf(sessionId, path), { is_readonly: isReadonly }));

/** Hands the bytes to the browser to keep. They are never opened under this server's address. */
export async function downloadFile(sessionId: string, path: string): Promise<void> {
  const bytes = await api.bytes(`${addressOf(sessionId, path)}?raw=true`);
  const url = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = nameOf(path);
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

const nameIn = ({ name }: File): string => name.normalize("NFC");

/** Those of the files whose names stand in the directory already. */
export async function alreadyThere(sessionId: string, folder: string, files: readonly File[]): Promise<string[]> {
  const known = await queryClient.fetchQuery({ ...directoryQuery(sessionId, folder), staleTime: 0 });
  const names = new Set(known.map(({ name }) => name));
  return files.map(nameIn).filter((name) => names.has(name));
}

/** Writes the files one after another; what fails is told by name, and the rest go on. */
export async function uploadFiles(
  sessionId: string,
  folder: string,
  files: readonly File[],
  onProgress: (done: number) => void,
): Promise<string[]> {
  const failures: string[] = [];
  for (const [index, file] of files.entries()) {
    const failure = await upload(sessionId, join(folder, nameIn(file)), file);
    if (failure !== null) failures.push(`${nameIn(file)}: ${failure}`);
    onProgress(index + 1);
  }
  await filesChanged(sessionId);
  return failures;
}

async function upload(sessionId: string, path: string, file: File): Promise<string | null> {
  if (file.size > MOST_BYTES) return `It has more than ${MOST_BYTES / MIB} MiB, the most that a file may have.`;
  try {
    // A browser may know the file as JSON, which the API would read.
    await api.put(addressOf(sessionId, path), new Blob([await file.arrayBuffer()]));
    return null;
  } catch (error) {
    // A folder that was dropped can't be read.
    return error instanceof DOMException ? "It can't be read. Folders are not uploaded: choose the files in it." : wordsOf(error);
  }
}
