import * as oauth from "oauth4webapi";
import { z } from "zod";
import type { OAuthSettings } from "@/config/auth-settings";
import { httpsOrNull, type OAuthDriver, type OAuthProfile, verifiedAddress } from "./oauth-driver";
import { limitedFetch, requestOptionsFor } from "./oauth-request";

const GitHubUser = z.object({
  id: z.int().positive(),
  login: z.string(),
  name: z.string().nullish(),
  avatar_url: z.string().nullish(),
});
const GitHubEmails = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }));

/** GitHub, and GitHub Enterprise under other addresses: it speaks OAuth and no OpenID Connect, so its API is asked who someone is. */
export function createGitHubDriver(settings: NonNullable<OAuthSettings["github"]>): OAuthDriver {
  const { baseUrl, apiUrl, clientId, clientSecret, redirectUri } = settings;
  const client: oauth.Client = { client_id: clientId };
  const requestOptions = requestOptionsFor(baseUrl);
  const server: oauth.AuthorizationServer = {
    issuer: `${baseUrl}/login/oauth`,
    authorization_endpoint: `${baseUrl}/login/oauth/authorize`,
    token_endpoint: `${baseUrl}/login/oauth/access_token`,
  };

  async function ask<Answer>(path: string, token: string, answer: z.ZodType<Answer>): Promise<Answer> {
    const response = await limitedFetch(apiUrl + path, {
      headers: { authorization: `Bearer ${token}`, accept: "application/vnd.github+json", "user-agent": "everruns" },
    });
    if (!response.ok) throw new Error(`GitHub answers ${response.status}`);
    return answer.parse(await response.json());
  }

  return {
    scope: "user:email read:user",
    server: async () => server,

    async profileOf(answer, { verifier }): Promise<OAuthProfile> {
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
      const { access_token } = await oauth.processAuthorizationCodeResponse(server, client, response);
      const user = await ask("/user", access_token, GitHubUser);
      const emails = await ask("/user/emails", access_token, GitHubEmails);
      const primary = emails.find(({ primary, verified }) => primary && verified);
      return {
        provider: "github",
        subject: String(user.id),
        email: verifiedAddress(primary?.email, primary?.verified === true),
        name: user.name || user.login,
        avatarUrl: httpsOrNull(user.avatar_url),
      };
    },
  };
}
