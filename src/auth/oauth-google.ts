import * as oauth from "oauth4webapi";
import type { OAuthSettings } from "@/config/auth-settings";
import { AppError } from "@/platform/app-error";
import { httpsOrNull, type OAuthDriver, type OAuthProfile, verifiedAddress } from "./oauth-driver";
import { requestOptionsFor } from "./oauth-request";

const HOUR_MS = 3_600_000;

/** Google by OpenID Connect: who someone is stands in an ID token, whose issuer, audience, nonce, time and signature are checked. */
export function createGoogleDriver(settings: NonNullable<OAuthSettings["google"]>, now: () => number): OAuthDriver {
  const { clientId, clientSecret, redirectUri, allowedDomains } = settings;
  const issuer = new URL(settings.issuer);
  const client: oauth.Client = { client_id: clientId };
  const requestOptions = requestOptionsFor(settings.issuer);
  let known: { server: oauth.AuthorizationServer; until: number } | undefined;

  async function discover(): Promise<oauth.AuthorizationServer> {
    if (known && known.until > now()) return known.server;
    const answer = await oauth.discoveryRequest(issuer, requestOptions);
    const server = await oauth.processDiscoveryResponse(issuer, answer);
    known = { server, until: now() + HOUR_MS };
    return server;
  }

  return {
    scope: "openid email profile",
    server: discover,

    async profileOf(answer, { verifier, nonce }): Promise<OAuthProfile> {
      const server = await discover();
      const authentication = oauth.ClientSecretPost(clientSecret.reveal());
      const response = await oauth.authorizationCodeGrantRequest(
        server,
        client,
        authentication,
        answer,
        redirectUri,
        verifier,
        requestOptions,
      );
      const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, { expectedNonce: nonce, requireIdToken: true });
      await oauth.validateApplicationLevelSignature(server, response, requestOptions);
      const claims = await allClaims(server, tokens);
      const email = verifiedAddress(claims.email, claims.email_verified === true);
      refuseOtherDomain(allowedDomains, claims.hd, email);
      return {
        provider: "google",
        subject: claims.sub,
        email,
        name: typeof claims.name === "string" ? claims.name : null,
        avatarUrl: httpsOrNull(claims.picture),
      };
    },
  };

  /** Google puts the address into the ID token; other issuers answer it only when they are asked. */
  async function allClaims(server: oauth.AuthorizationServer, tokens: oauth.TokenEndpointResponse): Promise<oauth.UserInfoResponse> {
    const claims = oauth.getValidatedIdTokenClaims(tokens)!;
    if (claims.email !== undefined || !server.userinfo_endpoint) return claims;
    const response = await oauth.userInfoRequest(server, client, tokens.access_token, requestOptions);
    return { ...claims, ...(await oauth.processUserInfoResponse(server, client, claims.sub, response)) };
  }
}

/** `hd` is the organisation that the account belongs to, said by Google; without one, a verified address speaks for its domain. */
function refuseOtherDomain(allowedDomains: readonly string[], organisation: unknown, email: string | null): void {
  if (allowedDomains.length === 0) return;
  const domain = typeof organisation === "string" ? organisation.toLowerCase() : email?.split("@").at(-1);
  if (domain !== undefined && allowedDomains.includes(domain)) return;
  throw new AppError("forbidden", "Accounts of this organisation are not let in here: sign in with another account", {
    code: "oauth_domain",
  });
}
