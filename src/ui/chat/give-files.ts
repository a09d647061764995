import type { Agent } from "@/domain/agent";
import type { FileInfo } from "@/domain/file";
import type { ContentPart, Message } from "@/domain/message";
import { api } from "@/ui/api/client";
import type { ListOf } from "@/ui/api/queries";

/** The most bytes that a file of a session may have. */
export const MOST_FILE_BYTES = 10 * 1024 * 1024;

const READERS = ["file_system", "sandbox"];

/** Why the agent can do nothing with a file that it is given; null where it can. */
export function whyNoFiles(agent: Agent | undefined): string | null {
  if (agent?.capabilities.some((id) => READERS.includes(id))) return null;
  return `${agent?.name ?? "This agent"} can only look at pictures. To read other files it needs the capability File System Access.`;
}

const addressOf = (sessionId: string, path: string): string =>
  `/v1/sessions/${sessionId}/fs/${path.replace(/^\//, "").split("/").map(encodeURIComponent).join("/")}`;

export const downloadOf = (sessionId: string, path: string): string => `${addressOf(sessionId, path)}?raw=true`;

/** Puts files with the session's own, each under a name that is free there. Answers their paths. */
export async function giveFiles(sessionId: string, files: readonly File[]): Promise<string[]> {
  if (files.length === 0) return [];
  const { items } = await api.get<ListOf<FileInfo>>(`/v1/sessions/${sessionId}/fs?limit=1000`);
  const taken = new Set(items.map(({ name }) => name));
  const paths: string[] = [];
  for (const file of files) {
    const name = freeName(plainName(file.name), taken);
    taken.add(name);
    await api.put(addressOf(sessionId, name), file);
    paths.push(`/${name}`);
  }
  return paths;
}

/** A name as a session's files can have it. */
function plainName(name: string): string {
  const plain = name.normalize("NFC").replace(/[\p{Cc}/\\\u2028\u2029]/gu, "-");
  return /^(_|\.{0,2})$/.test(plain) ? "file" : plain.slice(-200);
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  const [, stem, ending] = /^(.+?)(\.[^.]*)?$/.exec(name)!;
  for (let number = 2; ; number++) {
    const next = `${stem}-${number}${ending ?? ""}`;
    if (!taken.has(next)) return next;
  }
}

/** What tells the model of the files that came with a message. It stands last in the message, whose metadata lists them too. */
export const wordsOfFiles = (paths: readonly string[]): string => `Files given with this message: ${paths.join(", ")}`;

/** The files that came with a message. */
export function filesOf({ metadata }: Pick<Message, "metadata">): string[] {
  const files = metadata?.files;
  return Array.isArray(files) ? files.filter((file) => typeof file === "string") : [];
}

/** A message without the words that tell the model of its files. */
export function ownParts(message: Message): ContentPart[] {
  const files = filesOf(message);
  const last = message.content.at(-1);
  const isTold = files.length > 0 && last?.type === "text" && last.text === wordsOfFiles(files);
  return isTold ? message.content.slice(0, -1) : message.content;
}
