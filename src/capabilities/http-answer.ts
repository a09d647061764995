import type { JsonValue } from "@/agent-loop/tool";

/** More than this a model cannot use, and the log should not keep. Bytes. */
const MAX_BYTES = 256 * 1024;
const MAX_DEPTH = 64;

type Answer = { text: string; isCut: boolean };

/** Reads a body up to a limit and lets go of the rest. */
export async function readCapped(response: Response, maxBytes = MAX_BYTES): Promise<Answer> {
  const reader = (response.body as ReadableStream<Uint8Array> | null)?.getReader();
  if (!reader) return { text: "", isCut: false };
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length <= maxBytes) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.byteLength;
  }
  if (length > maxBytes) await reader.cancel();
  const bytes = Buffer.concat(chunks);
  return { text: new TextDecoder().decode(bytes.subarray(0, maxBytes)), isCut: length > maxBytes };
}

/** JSON as what it says, anything else as text; what was cut says so. */
export function toValue({ headers }: Response, { text, isCut }: Answer): JsonValue {
  if (isCut) return { text, truncated: true };
  if (!/[/+]json\b/i.test(headers.get("content-type") ?? "")) return text;
  try {
    const value: JsonValue = JSON.parse(text);
    return isDeeper(value, MAX_DEPTH) ? text : value;
  } catch {
    return text;
  }
}

/** Whoever walks a value would run out of stack in one that is nested without sense. */
export const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === "object" && value !== null && (levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1)));
