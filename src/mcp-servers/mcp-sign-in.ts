import type { Database, Script } from "@/database/database";
import type { FinishMcpSignIn } from "@/domain/mcp-oauth";
import type { McpSignIn } from "@/domain/mcp-server";
import type { Actor } from "@/domain/user";
import { AppError, conflict } from "@/platform/app-error";
import type { Clock } from "@/platform/clock";
import { createInTurn } from "./in-turn";
import type { Fetch } from "./light-answers";
import { createMcpOAuthProvider } from "./mcp-oauth-provider";
import type { McpOAuthSecrets, McpOAuthStore } from "./mcp-oauth-store";
import type { McpServerRow, McpServerStore } from "./mcp-server-store";
import { McpUnavailable } from "./mcp-unavailable";
import { signInFailure, signInFirst, stale } from "./sign-in-failures";

type Parts = {
  db: Database;
  servers: McpServerStore;
  oauth: McpOAuthStore;
  clock: Clock;
  /** What a server at this address, and the authorization server that it names, are asked with. */
  fetchBeside: (address: string) => Fetch;
  /** The page that authorization servers send the browser back to. */
  redirectUrl: () => string;
};

/** How long someone may take at the authorization server. */
const SIGN_IN_MS = 600_000;

/** A token that ends within this time is renewed before it is sent. */
const EARLY_MS = 30_000;

export type McpSignIns = ReturnType<typeof createMcpSignIns>;

type Asked = { wwwAuthenticate?: Response };

/** Signing in to MCP servers by OAuth 2.1, and the tokens that come of it. Source: modelcontextprotocol.io/specification (authorization) */
export function createMcpSignIns({ db, servers, oauth, clock, fetchBeside, redirectUrl }: Parts) {
  const inTurn = createInTurn();
  const settingsOf = ({ oauth: settings }: McpServerRow) => {
    if (settings === null) throw conflict("This MCP server has no oauth to sign in with: set it first", "no_oauth");
    return settings;
  };

  const load = (id: string) => db.read(() => servers.getRow(db, id));
  const keep = (row: McpServerRow, kept: McpOAuthSecrets) => db.transact((tx) => oauth.keep(tx, row, kept));

  /** One run of the protocol against the server as it stands in `row`. What it has learnt is kept in `kept`. */
  async function authorize(
    row: McpServerRow,
    kept: McpOAuthSecrets,
    { wwwAuthenticate, code, begin }: Asked & { code?: string; begin?: Parameters<typeof createMcpOAuthProvider>[0]["begin"] },
  ): Promise<"AUTHORIZED" | "REDIRECT"> {
    const { auth, extractWWWAuthenticateParams } = await import("@modelcontextprotocol/sdk/client/auth.js");
    const settings = settingsOf(row);
    const { resourceMetadataUrl, scope: asked } = wwwAuthenticate ? extractWWWAuthenticateParams(wwwAuthenticate) : {};
    const scope = settings.scope ?? asked;
    const provider = createMcpOAuthProvider({
      settings,
      kept,
      redirectUrl: (code && kept.signIn?.redirectUrl) || redirectUrl(),
      now: clock.now,
      ...(begin ? { begin } : {}),
    });
    return auth(provider, {
      serverUrl: row.url!,
      fetchFn: fetchBeside(row.url!),
      ...(resourceMetadataUrl ? { resourceMetadataUrl } : {}),
      ...(scope === undefined ? {} : { scope }),
      ...(code === undefined ? {} : { authorizationCode: code }),
    });
  }

  async function begin(id: string, { user }: Actor): Promise<string | null> {
    const row = await load(id);
    settingsOf(row);
    const kept = { ...oauth.open(row), tokens: null, signIn: null };
    const state = `${id}.${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url")}`;
    const begun = { address: null as URL | null, verifier: "" };
    try {
      await authorize(row, kept, {
        ...(await challengeOf(row.url!, fetchBeside(row.url!))),
        begin: {
          state,
          onAddress: (url) => {
            begun.address = url;
          },
          onVerifier: (verifier) => {
            begun.verifier = verifier;
          },
        },
      });
    } catch (error) {
      throw signInFailure(error, kept);
    }
    const { address, verifier } = begun;
    if (address && !/^https?:$/.test(address.protocol)) throw signInFailure(undefined, kept);
    const signIn = { state, verifier, redirectUrl: redirectUrl(), userId: user.id, expiresAt: clock.now() + SIGN_IN_MS };
    // What is signed in stays so until somebody else is.
    const tokens = address ? oauth.open(row).tokens : kept.tokens;
    await keep(row, { ...kept, tokens, signIn: address ? signIn : null });
    return address?.href ?? null;
  }

  async function finish(id: string, { user }: Actor, { state, code, iss, error }: FinishMcpSignIn): Promise<void> {
    const row = await load(id);
    const kept = oauth.open(row);
    const { signIn } = kept;
    if (!signIn || signIn.state !== state || signIn.userId !== user.id || signIn.expiresAt <= clock.now()) throw stale();
    await keep(row, { ...kept, signIn: null });
    const spent = await load(id);
    const { authorizationServerUrl = "", authorizationServerMetadata: metadata } = kept.discovery ?? {};
    const isNamed = (metadata as Record<string, unknown> | undefined)?.authorization_response_iss_parameter_supported === true;
    const isForeign = iss === undefined ? isNamed : iss !== (metadata?.issuer ?? authorizationServerUrl);
    if (isForeign) throw stale();
    if (error === "access_denied") throw new AppError("invalid", "Signing in to the MCP server was cancelled", { code: "oauth_denied" });
    if (error !== undefined || code === undefined) throw signInFailure(undefined, kept);
    try {
      await authorize(spent, kept, { code });
    } catch (failure) {
      throw signInFailure(failure, kept);
    }
    await keep(spent, { ...kept, signIn: null });
  }

  /** A token to send; another one than `refused`, which the server has just turned down. */
  async function tokenFor(id: string, refused: string | null, asked: Asked): Promise<string> {
    const row = await load(id);
    const { grant } = settingsOf(row);
    const kept = oauth.open(row);
    const current = kept.tokens?.access_token;
    const isOver = kept.expiresAt !== null && kept.expiresAt - EARLY_MS <= clock.now();
    if (current !== undefined && current !== refused && !isOver) return current;
    if (grant === "authorization_code" && !kept.tokens) throw new McpUnavailable(signInFirst(row));
    const outcome = await authorize(row, kept, asked).catch((error: unknown) => {
      throw error instanceof AppError ? error : new McpUnavailable(signInFailure(error, kept).message);
    });
    if (outcome === "AUTHORIZED") {
      await keep(row, kept);
      return kept.tokens!.access_token;
    }
    await keep(row, { ...kept, tokens: null });
    throw new McpUnavailable(signInFirst(row));
  }

  return {
    /** Before the database is closed. */
    stop: inTurn.end,

    /** Where the admin has to go; null where this server could sign itself in. */
    begin: (id: string, actor: Actor): Promise<(tx: unknown) => Script<McpSignIn>> =>
      inTurn.run(id, async () => {
        const authorization_url = await begin(id, actor);
        return function* () {
          return { authorization_url, server: yield* servers.get(db, id) };
        };
      }),

    /** The browser is back. Throws for what does not belong to a sign-in that this very admin has begun. */
    finish: (id: string, actor: Actor, answer: FinishMcpSignIn): Promise<void> => inTurn.run(id, () => finish(id, actor, answer)),

    /** Calls a server with its token. One that is turned down is renewed once, however many calls run. */
    fetchFor:
      (id: string, outbound: Fetch): Fetch =>
      async (url, init) => {
        const send = (token: string) => {
          const headers = new Headers(init?.headers);
          headers.set("authorization", `Bearer ${token}`);
          return outbound(url, { ...init, headers });
        };
        const token = await inTurn.run(id, () => tokenFor(id, null, {}));
        const response = await send(token);
        if (response.status !== 401) return response;
        await response.body?.cancel();
        return send(await inTurn.run(id, () => tokenFor(id, token, { wwwAuthenticate: response })));
      },
  };
}

/** What the server says to someone without a token: it may name where its authorization server is described. */
async function challengeOf(url: string, outbound: Fetch): Promise<Asked> {
  const response = await outbound(url, { headers: { accept: "text/event-stream" } }).catch(() => undefined);
  await response?.body?.cancel();
  return response?.status === 401 ? { wwwAuthenticate: response } : {};
}
