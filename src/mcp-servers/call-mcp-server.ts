import type { CapabilityDefinition } from "@/capabilities/capability-definition";
import type { Database, Script, Tx } from "@/database/database";
import type { McpServer, McpServerTest, McpTool } from "@/domain/mcp-server";
import type { Program } from "./configured-servers";
import { type CallMcpTool, mcpCapability } from "./mcp-capabilities";
import type { McpAddress, McpConnections } from "./mcp-connections";
import type { McpServerStore } from "./mcp-server-store";
import { McpUnavailable } from "./mcp-unavailable";

type Parts = {
  db: Database;
  servers: McpServerStore;
  connections: McpConnections;
  /** The programs of the configuration file, by name. */
  programs: ReadonlyMap<string, Program>;
};

export type CallMcpServer = ReturnType<typeof createCallMcpServer>;

/** Everything that really talks to MCP servers, and the capabilities that they are to agents. */
export function createCallMcpServer({ db, servers, connections, programs }: Parts) {
  let capabilities: readonly CapabilityDefinition[] = [];

  function* addressOf(id: string): Script<McpAddress> {
    const row = yield* servers.getRow(db, id);
    if (row.status !== "active") throw new McpUnavailable(`The MCP server ${row.name} is disabled`);
    if (!row.isConfigured) return { kind: "http", url: row.url!, headers: servers.headersOf(row), isSignedInTo: row.oauth !== null };
    const program = programs.get(row.name);
    if (!program) throw new McpUnavailable(`The MCP server ${row.name} is in no configuration file any more`);
    return { kind: "stdio", program };
  }

  const callTool: CallMcpTool = async (id, accepted, input, signal) => {
    const address = await db.read(() => addressOf(id));
    return connections.use(id, address, (connection) => {
      const offered = connection.tools.find(({ name }) => name === accepted.name);
      if (!isSame(offered, accepted))
        throw new McpUnavailable("This tool has changed since it was accepted: an admin has to accept it anew");
      return connection.call(accepted.name, input, signal);
    });
  };

  /** Agents see what is accepted now. Runs at the start and after every change. */
  async function renew(): Promise<void> {
    const active = await db.read(() => servers.active(db));
    capabilities = active.filter(({ tools }) => tools.length > 0).map((server) => mcpCapability(server, callTool));
  }

  return {
    capabilities: (): readonly CapabilityDefinition[] => capabilities,
    renew,

    /** After the commit of a change: connections that it makes wrong are closed. */
    *changed(tx: Tx, id: string): Script<void> {
      tx.afterCommit(() => void connections.close(id));
      tx.afterCommit(() => void renew());
    },

    /** Connects and lists the tools. A server that fails is an answer too. */
    async test(id: string): Promise<(tx: Tx) => Script<McpServerTest>> {
      const address = await db.read(() => addressOf(id)).catch(asUnavailable);
      if (address instanceof McpUnavailable) return (tx) => failed(tx, id, address);
      await connections.close(id);
      const listed = await connections.use(id, address, async ({ tools }) => tools).catch(asUnavailable);
      return listed instanceof McpUnavailable ? (tx) => failed(tx, id, listed) : (tx) => found(tx, id, listed);
    },
  };

  function* failed(tx: Tx, id: string, { message }: McpUnavailable): Script<McpServerTest> {
    return { ok: false, message, server: yield* servers.setFailed(tx, id, message) };
  }

  function* found(tx: Tx, id: string, listed: readonly McpTool[]): Script<McpServerTest> {
    const server = yield* servers.setListed(tx, id, listed);
    tx.afterCommit(() => void renew());
    return { ok: true, message: wordsOf(server, listed.length), server };
  }
}

const wordsOf = ({ changed_tools }: McpServer, count: number): string =>
  changed_tools === null
    ? `The server offers ${count} ${count === 1 ? "tool" : "tools"}`
    : "The server's tools have changed: look at changed_tools and accept them, or agents go on without those that differ";

function asUnavailable(error: unknown): McpUnavailable {
  if (error instanceof McpUnavailable) return error;
  throw error;
}

const isSame = (one: McpTool | undefined, other: McpTool): boolean => JSON.stringify(one) === JSON.stringify(other);
