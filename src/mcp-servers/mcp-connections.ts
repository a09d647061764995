import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { McpTool } from "@/domain/mcp-server";
import { OutboundError } from "@/platform/outbound-error";
import { VERSION } from "@/version";
import type { Program } from "./configured-servers";
import { createStdioTransport } from "./stdio-transport";

/** Where a server is: an address with headers, or a program. */
export type McpAddress = { kind: "http"; url: string; headers: Record<string, string> } | { kind: "stdio"; program: Program };

export type McpConnection = {
  /** As the server listed them when it was connected to. */
  tools: readonly McpTool[];
  call(name: string, input: Record<string, unknown>, signal: AbortSignal): Promise<McpResult>;
};

/** What a tool answered, of what a model can read. */
export type McpResult = { isError: boolean; text: string; structured: unknown };

type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

const CONNECT_MS = 15_000;
const CALL_MS = 120_000;
const IDLE_MS = 5 * 60_000;
const MAX_TOOLS = 200;
const MAX_TEXT_LENGTH = 200_000;

export type McpConnections = ReturnType<typeof createMcpConnections>;

/** Connections to MCP servers: made when a tool is first called, shared by all turns, closed when they rest, and made anew after a failure. */
export function createMcpConnections({ fetch }: { fetch: Fetch }) {
  type Entry = { made: Promise<Opened>; address: string; rest: Timer | undefined };
  const open = new Map<string, Entry>();

  function connectionTo(id: string, address: McpAddress): Promise<Opened> {
    const key = JSON.stringify(address);
    const known = open.get(id);
    if (known?.address === key) return known.made;
    if (known) void close(id);
    const entry: Entry = { made: connect(address, fetch, () => drop(id, entry)), address: key, rest: undefined };
    open.set(id, entry);
    entry.made.catch(() => drop(id, entry));
    return entry.made;
  }

  function drop(id: string, entry: Entry): void {
    if (open.get(id) === entry) open.delete(id);
  }

  async function close(id: string): Promise<void> {
    const entry = open.get(id);
    if (!entry) return;
    open.delete(id);
    clearTimeout(entry.rest);
    await entry.made.then(({ client }) => client.close()).catch(() => {});
  }

  return {
    /** Throws in words for people: the server can't be reached, or does not speak the protocol. */
    async use<T>(id: string, address: McpAddress, work: (connection: McpConnection) => Promise<T>): Promise<T> {
      const opened = await connectionTo(id, address);
      const entry = open.get(id);
      clearTimeout(entry?.rest);
      try {
        return await work(opened.connection);
      } finally {
        if (entry) entry.rest = setTimeout(() => void close(id), IDLE_MS);
      }
    },
    close,
    async stop(): Promise<void> {
      await Promise.all([...open.keys()].map(close));
    },
  };
}

/** A server could not be used; the message is for people and models. */
export class McpUnavailable extends Error {
  override readonly name = "McpUnavailable";
}

type Opened = { client: Client; connection: McpConnection };

/** The SDK is loaded with the first connection: a start does not wait for it. */
async function connect(address: McpAddress, fetch: Fetch, onClose: () => void): Promise<Opened> {
  const { Client } = await import("@modelcontextprotocol/sdk/client/index.js");
  const client = new Client({ name: "everruns", version: VERSION });
  client.onclose = onClose;
  try {
    await client.connect(await transportTo(address, fetch), { timeout: CONNECT_MS });
    const tools = await listTools(client);
    return { client, connection: { tools, call: (name, input, signal) => call(client, name, input, signal) } };
  } catch (error) {
    await client.close().catch(() => {});
    if (error instanceof McpUnavailable) throw error;
    throw new McpUnavailable(reasonOf(error));
  }
}

async function transportTo(address: McpAddress, fetch: Fetch) {
  if (address.kind === "stdio") return createStdioTransport(address.program);
  const { StreamableHTTPClientTransport } = await import("@modelcontextprotocol/sdk/client/streamableHttp.js");
  return new StreamableHTTPClientTransport(new URL(address.url), { fetch, requestInit: { headers: address.headers } });
}

async function listTools(client: Client): Promise<McpTool[]> {
  const found: McpTool[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.listTools(cursor === undefined ? {} : { cursor }, { timeout: CONNECT_MS });
    found.push(
      ...page.tools.map(({ name, description, inputSchema, annotations }) => ({
        name,
        description: (description ?? "").slice(0, 4000),
        input_schema: inputSchema as McpTool["input_schema"],
        annotations: {
          read_only: annotations?.readOnlyHint === true,
          idempotent: annotations?.idempotentHint === true,
          destructive: annotations?.destructiveHint !== false,
        },
      })),
    );
    if (found.length > MAX_TOOLS) throw new McpUnavailable(`The server offers more than ${MAX_TOOLS} tools`);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return found.sort((one, other) => (one.name < other.name ? -1 : 1));
}

async function call(client: Client, name: string, input: Record<string, unknown>, signal: AbortSignal): Promise<McpResult> {
  const result = await client.callTool({ name, arguments: input }, undefined, { signal, timeout: CALL_MS, maxTotalTimeout: CALL_MS });
  const parts = (result.content ?? []) as {
    type: string;
    text?: string;
    mimeType?: string;
    data?: string;
    uri?: string;
    resource?: { text?: string; uri?: string };
  }[];
  const text = parts.map(textOf).join("\n");
  return {
    isError: result.isError === true,
    text:
      text.length > MAX_TEXT_LENGTH
        ? `${text.slice(0, MAX_TEXT_LENGTH)}\n[${text.length - MAX_TEXT_LENGTH} more characters were cut off]`
        : text,
    structured: result.structuredContent ?? null,
  };
}

const textOf = (part: {
  type: string;
  text?: string;
  mimeType?: string;
  data?: string;
  uri?: string;
  resource?: { text?: string; uri?: string };
}): string => {
  if (part.type === "text") return part.text ?? "";
  if (part.type === "resource") return part.resource?.text ?? `[resource ${part.resource?.uri ?? ""}]`;
  if (part.type === "resource_link") return `[link ${part.uri ?? ""}]`;
  return `[${part.type} ${part.mimeType ?? ""}, ${Math.round(((part.data?.length ?? 0) * 3) / 4)} bytes]`;
};

function reasonOf(error: unknown): string {
  if (error instanceof OutboundError) return error.message;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "The program that the configuration names is not there";
  if (code === 401 || code === 403) return "The server refused the credentials: check its headers";
  if (code === -32001) return "The server did not answer in time";
  if (typeof code === "number" && code >= 400 && code < 600) return `The server answered with the status ${code}: check its address`;
  return "The server can't be reached, or does not speak the protocol: check its address";
}
