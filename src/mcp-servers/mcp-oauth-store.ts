import type { OAuthDiscoveryState } from "@modelcontextprotocol/sdk/client/auth.js";
import type { OAuthClientInformationMixed, OAuthTokens } from "@modelcontextprotocol/sdk/shared/auth.js";
import { eq, isNotNull } from "drizzle-orm";
import { type Database, run, type Script, type Tx } from "@/database/database";
import type { SealedColumn } from "@/database/reseal";
import type { Tables } from "@/database/schema";
import type { GivenMcpOAuth, McpOAuth } from "@/domain/mcp-oauth";
import { conflict } from "@/platform/app-error";
import { type SecretBox, SecretUnreadable } from "@/platform/secrets";

/** All that signing in to one server needs and nobody may read. */
export type McpOAuthSecrets = {
  /** As an admin gave it, or as this server has registered itself; null until then. Bound to the authorization server that took it. */
  client: OAuthClientInformationMixed | null;
  tokens: OAuthTokens | null;
  /** When the access token ends, by our clock; null where nobody said. */
  expiresAt: number | null;
  discovery: OAuthDiscoveryState | null;
  signIn: BegunSignIn | null;
};

/** A sign-in between its beginning and the browser's return. */
export type BegunSignIn = { state: string; verifier: string; redirectUrl: string; userId: string; expiresAt: number };

export type McpOAuthRow = Pick<Tables["mcpServers"]["$inferSelect"], "id" | "oauth" | "oauthSecrets">;

export type McpOAuthStore = ReturnType<typeof createMcpOAuthStore>;

/** What was learnt while signing in to servers. Goes in sealed. */
export const createMcpOAuthStore = ({ tables: { mcpServers } }: Pick<Database, "tables">, secrets: SecretBox) => ({
  /** Throws a conflict when it can't be opened. */
  open({ id, oauthSecrets }: McpOAuthRow): McpOAuthSecrets {
    try {
      return oauthSecrets === null ? { ...EMPTY } : (JSON.parse(secrets.open(oauthSecrets, contextOf(id)).reveal()) as McpOAuthSecrets);
    } catch (error) {
      if (!(error instanceof SecretUnreadable)) throw error;
      throw conflict(
        "How to sign in to this MCP server can't be opened with this server's encryption key: enter its oauth again",
        "key_unreadable",
      );
    }
  },

  /** Only in the place of what it was made from: what an admin has set meanwhile is not undone. */
  *keep(tx: Tx, { id, oauth, oauthSecrets }: McpOAuthRow, changed: McpOAuthSecrets): Script<void> {
    const [row] = yield* run(tx.sql.select().from(mcpServers).where(eq(mcpServers.id, id)));
    if (!row || oauth === null || row.oauthSecrets !== oauthSecrets)
      throw conflict("The settings of this MCP server have changed meanwhile: sign in again", "settings_changed");
    yield* run(
      tx.sql
        .update(mcpServers)
        .set({ oauth: { ...oauth, is_signed_in: changed.tokens !== null }, oauthSecrets: sealed(secrets, id, changed) })
        .where(eq(mcpServers.id, id)),
    );
  },
});

/** The columns of what an admin has given. */
export function oauthColumns(
  secrets: SecretBox,
  id: string,
  given: GivenMcpOAuth | null,
): { oauth: McpOAuth | null; oauthSecrets: string | null } {
  if (given === null) return { oauth: null, oauthSecrets: null };
  const { grant, client_id, client_secret, scope } = given;
  const client = client_id === null ? null : { client_id, ...(client_secret === null ? {} : { client_secret }) };
  return {
    oauth: { grant, client_id, client_secret_set: client_secret !== null, scope, is_signed_in: false },
    oauthSecrets: sealed(secrets, id, { ...EMPTY, client }),
  };
}

const EMPTY: McpOAuthSecrets = { client: null, tokens: null, expiresAt: null, discovery: null, signIn: null };

/** What is kept of signing in to all servers. */
export const sealedMcpOAuth = ({ mcpServers }: Pick<Tables, "mcpServers">): SealedColumn =>
  function* (tx) {
    const rows = yield* run(tx.sql.select().from(mcpServers).where(isNotNull(mcpServers.oauthSecrets)));
    return rows.map(({ id, oauthSecrets }) => ({
      sealed: oauthSecrets!,
      context: contextOf(id),
      *replace(resealed) {
        yield* run(tx.sql.update(mcpServers).set({ oauthSecrets: resealed }).where(eq(mcpServers.id, id)).returning({ id: mcpServers.id }));
      },
    }));
  };

const contextOf = (id: string): string => `mcp_servers/${id}/oauth`;

const sealed = (secrets: SecretBox, id: string, kept: McpOAuthSecrets): string => secrets.seal(JSON.stringify(kept), contextOf(id));
