import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { McpUnavailable, reasonOf } from "./mcp-unavailable";

/** What a tool answered, of what a model can read. */
export type McpResult = { isError: boolean; text: string; structured: unknown };

const CALL_MS = 120_000;
const MAX_TEXT_LENGTH = 200_000;

type Part = {
  type: string;
  text?: string;
  mimeType?: string;
  data?: string;
  uri?: string;
  resource?: { text?: string; uri?: string };
};

/** Throws `McpUnavailable` in words for the model, unless the signal ends it. */
export async function callMcpTool(client: Client, name: string, input: Record<string, unknown>, signal: AbortSignal): Promise<McpResult> {
  const options = { signal, timeout: CALL_MS, maxTotalTimeout: CALL_MS };
  const result = await client.callTool({ name, arguments: input }, undefined, options).catch((error: unknown) => {
    throw signal.aborted || error instanceof McpUnavailable ? error : new McpUnavailable(reasonOf(error), { cause: error });
  });
  const parts = (Array.isArray(result.content) ? result.content : []) as Part[];
  const structured = result.structuredContent ?? null;
  return {
    isError: result.isError === true,
    text: cut(parts.map(textOf).join("\n")),
    structured: isReadable(structured) ? structured : null,
  };
}

const cut = (text: string): string =>
  text.length > MAX_TEXT_LENGTH
    ? `${text.slice(0, MAX_TEXT_LENGTH)}\n[${text.length - MAX_TEXT_LENGTH} more characters were cut off]`
    : text;

/** Else its text, which says the same, is what the model reads. */
const isReadable = (structured: unknown): boolean => JSON.stringify(structured).length <= MAX_TEXT_LENGTH;

function textOf(part: Part): string {
  if (part.type === "text") return part.text ?? "";
  if (part.type === "resource") return part.resource?.text ?? `[resource ${part.resource?.uri ?? ""}]`;
  if (part.type === "resource_link") return `[link ${part.uri ?? ""}]`;
  return `[${part.type} ${part.mimeType ?? ""}, ${Math.round(((part.data?.length ?? 0) * 3) / 4)} bytes]`;
}
