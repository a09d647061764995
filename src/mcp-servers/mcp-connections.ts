import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { McpTool } from "@/domain/mcp-server";
import type { SafeFetch } from "@/platform/safe-fetch";
import { VERSION } from "@/version";
import { callMcpTool, type McpResult } from "./call-mcp-tool";
import type { Program } from "./configured-servers";
import { lightAnswers } from "./light-answers";
import { isSessionGone, McpUnavailable, reasonOf } from "./mcp-unavailable";
import { createStdioTransport } from "./stdio-transport";

/** Where a server is: an address with headers, or a program. */
export type McpAddress =
  | { kind: "http"; url: string; headers: Record<string, string>; isSignedInTo: boolean }
  | { kind: "stdio"; program: Program };

export type McpConnection = {
  /** As the server listed them when it was connected to. */
  tools: readonly McpTool[];
  call(name: string, input: Record<string, unknown>, signal: AbortSignal): Promise<McpResult>;
};

export type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

const CONNECT_MS = 15_000;
const IDLE_MS = 5 * 60_000;
const MAX_TOOLS = 200;
const MAX_PAGES = 20;

/** More than this in one answer is taken for a fault: whoever parses it holds up everyone. Bytes. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

type Parts = {
  safeFetch: SafeFetch;
  /** Sends the token of the server with this id along. */
  signedIn: (id: string, fetch: Fetch) => Fetch;
};

export type McpConnections = ReturnType<typeof createMcpConnections>;

/** Connections to MCP servers: made when a tool is first called, shared by all turns, closed when they rest, and made anew after a failure. */
export function createMcpConnections({ safeFetch, signedIn }: Parts) {
  type Entry = { made: Promise<Opened>; address: string; rest: Timer | undefined };
  const open = new Map<string, Entry>();
  const fetch = lightAnswers((url, init) => safeFetch(url, { ...init, maxBytes: MAX_ANSWER_BYTES }));

  function connectionTo(id: string, address: McpAddress): Promise<Opened> {
    const key = JSON.stringify(address);
    const known = open.get(id);
    if (known?.address === key) return known.made;
    if (known) void close(id);
    const way = address.kind === "http" && address.isSignedInTo ? signedIn(id, fetch) : fetch;
    const entry: Entry = { made: connect(address, way, () => drop(id, entry)), address: key, rest: undefined };
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

  async function once<T>(id: string, address: McpAddress, work: (connection: McpConnection) => Promise<T>): Promise<T> {
    const opened = await connectionTo(id, address);
    const entry = open.get(id);
    clearTimeout(entry?.rest);
    try {
      return await work(opened.connection);
    } finally {
      if (entry) entry.rest = setTimeout(() => void close(id), IDLE_MS);
    }
  }

  return {
    /** Throws in words for people: the server can't be reached, or does not speak the protocol. */
    async use<T>(id: string, address: McpAddress, work: (connection: McpConnection) => Promise<T>): Promise<T> {
      try {
        return await once(id, address, work);
      } catch (error) {
        if (!isSessionGone(error)) throw error;
        await close(id);
        return await once(id, address, work);
      }
    },
    close,
    async stop(): Promise<void> {
      await Promise.all([...open.keys()].map(close));
    },
  };
}

type Opened = { client: Client; connection: McpConnection };

/** A server's own schemas of its answers are not looked at: a pattern among them could hold up this whole process. */
const UNCHECKED = { getValidator: () => (input: unknown) => ({ valid: true as const, data: input as never, errorMessage: undefined }) };

/** The SDK is loaded with the first connection: a start does not wait for it. */
async function connect(address: McpAddress, fetch: Fetch, onClose: () => void): Promise<Opened> {
  const { Client } = await import("@modelcontextprotocol/sdk/client/index.js");
  const client = new Client({ name: "everruns", version: VERSION }, { jsonSchemaValidator: UNCHECKED });
  client.onclose = onClose;
  try {
    await client.connect(await transportTo(address, fetch), { timeout: CONNECT_MS });
    const tools = await listTools(client);
    return { client, connection: { tools, call: (name, input, signal) => callMcpTool(client, name, input, signal) } };
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
  let pages = 0;
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
    if (found.length > MAX_TOOLS || ++pages > MAX_PAGES) throw new McpUnavailable(`The server offers more than ${MAX_TOOLS} tools`);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return found.sort((one, other) => (one.name < other.name ? -1 : 1));
}
