import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
// @ts-expect-error The package has no types.
import Provider from "oidc-provider";

/**
 * A certified OpenID provider in a process of its own, because it talks a lot. Prints its address. Whoever comes is signed in
 * at once as the account of the environment, and agrees to everything.
 */
const account = JSON.parse(process.env.ACCOUNT!) as { sub: string };
const server = createServer((request, response) => void handle(request, response));
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = `http://localhost:${(server.address() as AddressInfo).port}`;

const provider = new Provider(url, {
  clients: [
    {
      client_id: process.env.CLIENT_ID,
      client_secret: process.env.CLIENT_SECRET,
      redirect_uris: [process.env.REDIRECT_URI],
      token_endpoint_auth_method: "client_secret_post",
    },
  ],
  cookies: { keys: ["only for tests"] },
  pkce: { required: () => true },
  claims: { openid: ["sub", "hd"], email: ["email", "email_verified"], profile: ["name", "picture"] },
  // `false` puts the claims of the scopes into the ID token, as Google does.
  conformIdTokenClaims: process.env.CLAIMS_IN === "userinfo",
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
  findAccount: async () => ({ accountId: account.sub, claims: async () => account }),
});
const answer = provider.callback();

async function handle(request: import("node:http").IncomingMessage, response: import("node:http").ServerResponse): Promise<void> {
  if (!request.url!.startsWith("/interaction/")) return answer(request, response);
  const { params } = await provider.interactionDetails(request, response);
  const grant = new provider.Grant({ accountId: account.sub, clientId: params.client_id });
  grant.addOIDCScope("openid email profile");
  const result = { login: { accountId: account.sub }, consent: { grantId: await grant.save() } };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

process.stdout.write(`LISTENING ${url}\n`);
