import type { OAuthClientProvider } from "@modelcontextprotocol/sdk/client/auth.js";
import type { OAuthClientMetadata } from "@modelcontextprotocol/sdk/shared/auth.js";
import type { McpOAuth } from "@/domain/mcp-oauth";
import type { McpOAuthSecrets } from "./mcp-oauth-store";

type Parts = {
  settings: McpOAuth;
  /** Changed in place; whoever gave it keeps it afterwards. */
  kept: McpOAuthSecrets;
  redirectUrl: string;
  now: () => number;
  /** Absent where nobody sits at a browser: then a sign-in is not begun. */
  begin?: { state: string; onAddress: (url: URL) => void; onVerifier: (verifier: string) => void };
};

/** What the protocol's SDK asks of its host while it signs in. It discovers, registers, proves (PKCE), exchanges and renews by itself. */
export function createMcpOAuthProvider({ settings, kept, redirectUrl, now, begin }: Parts): OAuthClientProvider {
  const isOfServer = settings.grant === "client_credentials";
  return {
    redirectUrl: isOfServer ? undefined : redirectUrl,
    get clientMetadata() {
      return metadataOf(settings, kept, redirectUrl);
    },
    ...(begin ? { state: () => begin.state } : {}),

    /** One that this server has registered for another address of its own is of no use any more. */
    clientInformation() {
      const { client } = kept;
      const registered = client && "redirect_uris" in client ? client.redirect_uris : undefined;
      return client === null || (registered && !registered.includes(redirectUrl)) ? undefined : client;
    },
    saveClientInformation(client) {
      kept.client = client;
    },

    // A sign-in that somebody asks for is a new one.
    tokens: () => (begin ? undefined : (kept.tokens ?? undefined)),
    saveTokens(tokens) {
      kept.tokens = { ...tokens, ...(tokens.refresh_token === undefined ? refreshTokenOf(kept) : {}) };
      kept.expiresAt = tokens.expires_in === undefined ? null : now() + tokens.expires_in * 1000;
    },

    redirectToAuthorization: (url) => begin?.onAddress(url),
    saveCodeVerifier: (verifier) => begin?.onVerifier(verifier),
    codeVerifier: () => kept.signIn?.verifier ?? "",

    saveDiscoveryState(state) {
      kept.discovery = state;
    },
    discoveryState: () => (begin ? undefined : (kept.discovery ?? undefined)),

    invalidateCredentials(what) {
      if (what === "all" || what === "tokens") kept.tokens = null;
      if ((what === "all" || what === "client") && settings.client_id === null) kept.client = null;
      if (what === "all" || what === "discovery") kept.discovery = null;
    },

    ...(isOfServer ? { prepareTokenRequest: () => tokenRequestOf(settings, kept) } : {}),
  };
}

/** Without a secret where the authorization server allows it: PKCE proves more than a secret that it has just handed out. */
function metadataOf({ scope }: McpOAuth, { discovery }: McpOAuthSecrets, redirectUrl: string): OAuthClientMetadata {
  const methods = discovery?.authorizationServerMetadata?.token_endpoint_auth_methods_supported;
  return {
    client_name: "Everruns",
    redirect_uris: [redirectUrl],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: methods === undefined || methods.includes("none") ? "none" : "client_secret_post",
    ...(scope === null ? {} : { scope }),
  };
}

const refreshTokenOf = ({ tokens }: McpOAuthSecrets) =>
  tokens?.refresh_token === undefined ? {} : { refresh_token: tokens.refresh_token };

/** The scope that was set, else all that the server names. */
function tokenRequestOf(settings: McpOAuth, { discovery }: McpOAuthSecrets): URLSearchParams {
  const scope = settings.scope ?? discovery?.resourceMetadata?.scopes_supported?.join(" ");
  return new URLSearchParams({ grant_type: "client_credentials", ...(scope ? { scope } : {}) });
}
