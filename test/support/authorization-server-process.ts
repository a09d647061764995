import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
// @ts-expect-error The package has no types.
import Provider from "oidc-provider";

/**
 * A certified authorization server in a process of its own, because it talks a lot. Prints its address. Whoever comes is signed in at once and
 * agrees to everything. Clients may register themselves; `robot` is there from the start and signs itself in.
 */
const server = createServer((request, response) => void handle(request, response));
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = `http://localhost:${(server.address() as AddressInfo).port}`;

const scope = "tools:call";
const provider = new Provider(url, {
  clients: [
    {
      client_id: "robot",
      client_secret: process.env.ROBOT_SECRET,
      redirect_uris: [],
      response_types: [],
      grant_types: ["client_credentials"],
    },
  ],
  cookies: { keys: ["only for tests"] },
  pkce: { required: () => true },
  scopes: [scope],
  rotateRefreshToken: true,
  issueRefreshToken: async () => true,
  features: {
    devInteractions: { enabled: false },
    registration: { enabled: process.env.REGISTRATION !== "off" },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => true,
      getResourceServerInfo: (_: unknown, audience: string) => ({
        scope,
        audience,
        accessTokenFormat: "jwt",
        accessTokenTTL: Number(process.env.TOKEN_SECONDS),
      }),
    },
  },
  interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
  findAccount: async () => ({ accountId: "ada", claims: async () => ({ sub: "ada" }) }),
});
const answer = provider.callback();

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!request.url!.startsWith("/interaction/")) return answer(request, response);
  const { params } = await provider.interactionDetails(request, response);
  const grant = new provider.Grant({ accountId: "ada", clientId: params.client_id });
  grant.addOIDCScope(scope);
  grant.addResourceScope(params.resource, scope);
  const result = { login: { accountId: "ada" }, consent: { grantId: await grant.save() } };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

process.stdout.write(`LISTENING ${url}\n`);
