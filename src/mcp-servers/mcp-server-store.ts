import { and, asc, count, eq, isNotNull, notInArray } from "drizzle-orm";
import { type Database, run, type Script, type Tx } from "@/database/database";
import type { SealedColumn } from "@/database/reseal";
import type { Tables } from "@/database/schema";
import type { CreateMcpServer, McpServer, McpTool, UpdateMcpServer } from "@/domain/mcp-server";
import type { Page, PageQuery } from "@/http/lists";
import { conflict, notFound } from "@/platform/app-error";
import { type Clock, toTimestamp, toTimestampOrNull } from "@/platform/clock";
import { checkConfiguredAddress } from "@/platform/configured-address";
import { newId } from "@/platform/ids";
import { type SecretBox, SecretUnreadable } from "@/platform/secrets";
import { oauthColumns } from "./mcp-oauth-store";

export type McpServerRow = Tables["mcpServers"]["$inferSelect"];

export type McpServerStore = ReturnType<typeof createMcpServerStore>;

/** Servers whose tools agents may be given. Headers go in sealed, and only `headersOf` opens them. */
export const createMcpServerStore = ({ tables: { mcpServers } }: Pick<Database, "tables">, clock: Clock, secrets: SecretBox) => {
  const isTool = (one: readonly McpTool[], other: readonly McpTool[]) => JSON.stringify(one) === JSON.stringify(other);

  function* refuseConfigured(from: Pick<Tx, "sql">, id: string): Script<McpServerRow> {
    const row = yield* getRow(from, id);
    if (row.isConfigured) throw conflict("This server stands in the operator's configuration file: change it there", "configured");
    return row;
  }

  function* getRow({ sql }: Pick<Tx, "sql">, id: string): Script<McpServerRow> {
    const [row] = yield* run(sql.select().from(mcpServers).where(eq(mcpServers.id, id)));
    if (!row) throw notFound("MCP server");
    return row;
  }

  const blank = (now: number) => ({
    tools: [],
    changedTools: null,
    lastError: null,
    checkedAt: null,
    createdAt: now,
    updatedAt: now,
  });

  return {
    getRow,

    *create(tx: Tx, { name, url, headers, oauth, status }: CreateMcpServer): Script<McpServer> {
      checkConfiguredAddress(url, "url", "headers");
      const [taken] = yield* run(tx.sql.select({ id: mcpServers.id }).from(mcpServers).where(eq(mcpServers.name, name)));
      if (taken) throw conflict("An MCP server with this name exists already");
      const id = newId();
      const [row] = yield* run(
        tx.sql
          .insert(mcpServers)
          .values({
            id,
            name,
            url,
            isConfigured: false,
            status,
            ...sealedHeaders(secrets, id, headers),
            ...oauthColumns(secrets, id, oauth),
            ...blank(clock.now()),
          })
          .returning(),
      );
      return toMcpServer(row!);
    },

    *list({ sql }: Pick<Tx, "sql">, { offset, limit }: PageQuery): Script<Page<McpServer>> {
      const rows = yield* run(sql.select().from(mcpServers).orderBy(asc(mcpServers.name)).limit(limit).offset(offset));
      const [counted] = yield* run(sql.select({ total: count() }).from(mcpServers));
      return { items: rows.map(toMcpServer), total: counted!.total };
    },

    *active({ sql }: Pick<Tx, "sql">): Script<McpServer[]> {
      const rows = yield* run(sql.select().from(mcpServers).where(eq(mcpServers.status, "active")).orderBy(asc(mcpServers.name)));
      return rows.map(toMcpServer);
    },

    *get(from: Pick<Tx, "sql">, id: string): Script<McpServer> {
      return toMcpServer(yield* getRow(from, id));
    },

    *update(tx: Tx, id: string, { url, headers, oauth, status }: UpdateMcpServer): Script<McpServer> {
      const isOfFile = url === undefined && headers === undefined && oauth === undefined;
      const before = isOfFile ? yield* getRow(tx, id) : yield* refuseConfigured(tx, id);
      if (url !== undefined) checkConfiguredAddress(url, "url", "headers");
      // What was given to one address must not be sent to another: whoever may change the address would learn it.
      const isMoved = url !== undefined && url !== before.url;
      const given = headers ?? (isMoved ? {} : undefined);
      const signIn = oauth ?? (isMoved || oauth === null ? null : undefined);
      const [row] = yield* run(
        tx.sql
          .update(mcpServers)
          .set({
            url,
            status,
            ...(given ? sealedHeaders(secrets, id, given) : {}),
            ...(signIn === undefined ? {} : oauthColumns(secrets, id, signIn)),
            updatedAt: clock.now(),
          })
          .where(eq(mcpServers.id, id))
          .returning(),
      );
      return toMcpServer(row!);
    },

    *remove(tx: Tx, id: string): Script<void> {
      yield* refuseConfigured(tx, id);
      yield* run(tx.sql.delete(mcpServers).where(eq(mcpServers.id, id)));
    },

    /** What was found when the server was asked. The first tools are accepted by the asking; later ones wait, where they differ. */
    *setListed(tx: Tx, id: string, listed: readonly McpTool[]): Script<McpServer> {
      const { tools, checkedAt } = yield* getRow(tx, id);
      const isFirst = checkedAt === null || tools.length === 0;
      const [row] = yield* run(
        tx.sql
          .update(mcpServers)
          .set({
            tools: isFirst ? [...listed] : tools,
            changedTools: isFirst || isTool(tools, listed) ? null : [...listed],
            lastError: null,
            checkedAt: clock.now(),
          })
          .where(eq(mcpServers.id, id))
          .returning(),
      );
      return toMcpServer(row!);
    },

    *setFailed(tx: Tx, id: string, error: string): Script<McpServer> {
      yield* getRow(tx, id);
      const [row] = yield* run(tx.sql.update(mcpServers).set({ lastError: error }).where(eq(mcpServers.id, id)).returning());
      return toMcpServer(row!);
    },

    *acceptTools(tx: Tx, id: string): Script<McpServer> {
      const { changedTools } = yield* getRow(tx, id);
      if (changedTools === null)
        throw conflict("There are no changed tools to accept: test the server to look for them", "nothing_changed");
      const [row] = yield* run(
        tx.sql
          .update(mcpServers)
          .set({ tools: changedTools, changedTools: null, updatedAt: clock.now() })
          .where(eq(mcpServers.id, id))
          .returning(),
      );
      return toMcpServer(row!);
    },

    /** The servers of the configuration file have a row each, for what was accepted of them; those that left the file lose theirs. */
    *settleConfigured(tx: Tx, names: readonly string[]): Script<void> {
      yield* run(tx.sql.delete(mcpServers).where(and(eq(mcpServers.isConfigured, true), notInArray(mcpServers.name, [...names]))));
      for (const name of names) {
        yield* run(tx.sql.delete(mcpServers).where(and(eq(mcpServers.isConfigured, false), eq(mcpServers.name, name))));
        yield* run(
          tx.sql
            .insert(mcpServers)
            .values({
              id: newId(),
              name,
              url: null,
              headers: null,
              headerNames: [],
              isConfigured: true,
              status: "active",
              ...blank(clock.now()),
            })
            .onConflictDoNothing(),
        );
      }
    },

    /** Throws a conflict when they can't be opened. */
    headersOf({ id, headers }: Pick<McpServerRow, "id" | "headers">): Record<string, string> {
      if (headers === null) return {};
      try {
        return JSON.parse(secrets.open(headers, headersContext(id)).reveal()) as Record<string, string>;
      } catch (error) {
        if (!(error instanceof SecretUnreadable)) throw error;
        throw conflict(
          "The headers of this MCP server can't be opened with this server's encryption key: enter them again",
          "key_unreadable",
        );
      }
    },
  };
};

/** The headers of all servers. */
export const sealedMcpHeaders = ({ mcpServers }: Pick<Tables, "mcpServers">): SealedColumn =>
  function* (tx) {
    const rows = yield* run(tx.sql.select().from(mcpServers).where(isNotNull(mcpServers.headers)));
    return rows.map(({ id, headers }) => ({
      sealed: headers!,
      context: headersContext(id),
      *replace(sealed) {
        yield* run(tx.sql.update(mcpServers).set({ headers: sealed }).where(eq(mcpServers.id, id)).returning({ id: mcpServers.id }));
      },
    }));
  };

const headersContext = (id: string): string => `mcp_servers/${id}/headers`;

const sealedHeaders = (secrets: SecretBox, id: string, headers: Record<string, string>) => ({
  headerNames: Object.keys(headers),
  headers: Object.keys(headers).length === 0 ? null : secrets.seal(JSON.stringify(headers), headersContext(id)),
});

const toMcpServer = (row: McpServerRow): McpServer => ({
  id: row.id,
  name: row.name,
  transport: row.isConfigured ? "stdio" : "http",
  url: row.url,
  header_names: row.headerNames,
  oauth: row.oauth,
  status: row.status,
  is_configured: row.isConfigured,
  tools: row.tools,
  changed_tools: row.changedTools,
  last_error: row.lastError,
  checked_at: toTimestampOrNull(row.checkedAt),
  created_at: toTimestamp(row.createdAt),
  updated_at: toTimestamp(row.updatedAt),
});
