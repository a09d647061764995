import type { JsonValue } from "@/agent-loop/tool";
import { isLightJson } from "@/platform/json-weight";

/** More than this a model cannot use, and the log should not keep. Bytes. */
const MAX_BYTES = 256 * 1024;

type Answer = { text: string; isCut: boolean; isLight: boolean };

/** Reads a body up to a limit and lets go of the rest. */
export async function readCapped(response: Response, maxBytes = MAX_BYTES): Promise<Answer> {
  const reader = (response.body as ReadableStream<Uint8Array> | null)?.getReader();
  if (!reader) return { text: "", isCut: false, isLight: true };
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length <= maxBytes) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.byteLength;
  }
  if (length > maxBytes) await reader.cancel();
  const bytes = Buffer.concat(chunks).subarray(0, maxBytes);
  return { text: new TextDecoder().decode(bytes), isCut: length > maxBytes, isLight: isLightJson(bytes) };
}

/** JSON as what it says, anything else, and what is nested or strewn without sense, as text; what was cut says so. */
export function toValue({ headers }: Response, { text, isCut, isLight }: Answer): JsonValue {
  if (isCut) return { text, truncated: true };
  if (!isLight || !/[/+]json\b/i.test(headers.get("content-type") ?? "")) return text;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}
