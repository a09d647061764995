import * as oauth from "oauth4webapi";
import { z } from "zod";
import type { OAuthRegistration, OAuthSettings } from "@/config/auth-settings";
import { notFound } from "@/platform/app-error";
import type { Clock } from "@/platform/clock";
import { type SecretBox, SecretUnreadable } from "@/platform/secrets";
import type { OAuthDriver, OAuthProfile, OAuthProvider } from "./oauth-driver";
import { createGitHubDriver } from "./oauth-github";
import { createGoogleDriver } from "./oauth-google";
import { oauthFailure, refused } from "./oauth-request";
import { createSpentOnce } from "./spent-once";

/** How long someone may take at the provider. */
const FLOW_SECONDS = 600;

/** What the browser that began a sign-in carries until it comes back, sealed. */
const Flow = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  expiresAt: z.number(),
  setupToken: z.string().nullable(),
});
type Flow = z.infer<typeof Flow>;

export type OAuthClient = ReturnType<typeof createOAuthClient>;

/**
 * Signing in at a provider by the authorization code with PKCE. Each sign-in is bound to the browser that began it, to its provider
 * and to ten minutes, and can be finished once.
 */
export function createOAuthClient({ settings, secrets, clock }: { settings: OAuthSettings; secrets: SecretBox; clock: Clock }) {
  const drivers = new Map<string, OAuthDriver>();
  if (settings.google) drivers.set("google", createGoogleDriver(settings.google, clock.now));
  if (settings.github) drivers.set("github", createGitHubDriver(settings.github));
  const spent = createSpentOnce(clock);

  const partsOf = (name: string) => {
    const driver = drivers.get(name);
    if (!driver) throw notFound("OAuth provider");
    const provider = name as OAuthProvider;
    return { provider, driver, registration: settings[provider] as OAuthRegistration };
  };

  return {
    /** Where to send the browser, and the cookie that it comes back with. */
    async begin(name: string, setupToken: string | null): Promise<{ location: string; cookie: string }> {
      const { provider, driver, registration } = partsOf(name);
      const flow: Flow = {
        state: oauth.generateRandomState(),
        nonce: oauth.generateRandomNonce(),
        verifier: oauth.generateRandomCodeVerifier(),
        expiresAt: clock.now() + FLOW_SECONDS * 1000,
        setupToken,
      };
      const { authorization_endpoint } = await driver.server().catch((error) => Promise.reject(oauthFailure(error, provider)));
      const location = new URL(authorization_endpoint!);
      const parameters = {
        response_type: "code",
        client_id: registration.clientId,
        redirect_uri: registration.redirectUri,
        scope: driver.scope,
        state: flow.state,
        code_challenge: await oauth.calculatePKCECodeChallenge(flow.verifier),
        code_challenge_method: "S256",
        ...(provider === "google" ? { nonce: flow.nonce } : {}),
      };
      for (const [key, value] of Object.entries(parameters)) location.searchParams.set(key, value);
      const sealed = secrets.seal(JSON.stringify(flow), contextOf(provider));
      return { location: location.href, cookie: cookieOf(provider, registration, sealed, FLOW_SECONDS) };
    },

    /** Whose account it is. Throws an `AppError` for an answer that does not belong to a sign-in that this browser began. */
    async finish(
      name: string,
      answer: URLSearchParams,
      cookies: string | null,
    ): Promise<{ profile: OAuthProfile; setupToken: string | null }> {
      const { provider, driver, registration } = partsOf(name);
      const flow = open(provider, cookies);
      try {
        const server = await driver.server();
        const checked = oauth.validateAuthResponse(server, { client_id: registration.clientId }, answer, flow.state);
        // Spent before the code is: of two answers at once, one goes on.
        if (!spent.spend(flow.state, flow.expiresAt)) throw staleFlow();
        return { profile: await driver.profileOf(checked, flow), setupToken: flow.setupToken };
      } catch (error) {
        throw oauthFailure(error, provider);
      }
    },

    /** Takes the browser's cookie away again. */
    forget: (name: string): string => {
      const { provider, registration } = partsOf(name);
      return cookieOf(provider, registration, "", 0);
    },
  };

  function open(provider: OAuthProvider, cookies: string | null): Flow {
    const sealed = new Bun.CookieMap(cookies ?? "").get(nameOf(provider));
    if (!sealed) throw staleFlow();
    try {
      const flow = Flow.safeParse(JSON.parse(secrets.open(sealed, contextOf(provider)).reveal()));
      if (!flow.success || flow.data.expiresAt <= clock.now()) throw staleFlow();
      return flow.data;
    } catch (error) {
      if (error instanceof SecretUnreadable) throw staleFlow();
      throw error;
    }
  }
}

const staleFlow = () =>
  refused(
    "This sign-in was not begun in this browser, has ended or took longer than ten minutes: begin again at the sign-in page, under the server's public address",
    "oauth_state",
  );

const contextOf = (provider: OAuthProvider): string => `oauth/${provider}`;
const nameOf = (provider: OAuthProvider): string => `oauth_${provider}`;

/** Lax, because the browser comes back from another site; only to where the provider sends it. */
function cookieOf(provider: OAuthProvider, { redirectUri }: OAuthRegistration, value: string, maxAge: number): string {
  const { pathname, protocol } = new URL(redirectUri);
  return new Bun.Cookie(nameOf(provider), value, {
    path: pathname,
    maxAge,
    httpOnly: true,
    sameSite: "lax",
    secure: protocol === "https:",
  }).serialize();
}
