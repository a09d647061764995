import { badCredentials } from "../support/bad-credentials";
import { documentedRoutes } from "../support/documented-routes";
import { type Person, signIn } from "../support/people";
import { inOrder, isClosed, lineOf } from "../support/route-rights";
import { openStored } from "../support/stored";
import { type AttackClass, expectStatus, unless } from "./attack-class";
import { CANARIES } from "./canaries";
import { callRoute, possessionsOf, sharedThings } from "./possessions";
import type { World } from "./world";

const UNDOCUMENTED = ["GET /v1/nope", "GET /v1", "POST /v1/agents/x/y", "GET /api/auth/nope", "HEAD /v1/agents", "OPTIONS /v1/agents"];

/** Every route × those who are not let in at all: strangers, every kind of bad credential, people who have lost their right. */
export const strangers: AttackClass = {
  name: "strangers",
  atOnce: 8,
  async attacks(world) {
    const routes = inOrder(documentedRoutes(world.document).filter(isClosed));
    const things = { ...(await sharedThings(world)), ...(await possessionsOf(world.owner)) };
    const nobody = await nobodies(world);
    const stored = openStored(world.full.site.dataDir);
    const before = stored.fingerprint();
    return [
      // Route by route: a door that is open is open until somebody signs out through it.
      ...routes.flatMap((route) =>
        nobody.map(([who, headers]) => ({
          name: `${who}: ${lineOf(route)}`,
          run: async () => expectStatus((await callRoute(world, route, things, headers)).status, 401),
        })),
      ),
      ...nobody.flatMap(([who, headers]) =>
        UNDOCUMENTED.map((line) => ({
          name: `${who}: ${line}`,
          async run() {
            const [method, path] = line.split(" ") as [string, string];
            return expectStatus((await world.full.call(method, path, undefined, headers)).status, 401);
          },
        })),
      ),
      {
        name: "all of these together",
        async run() {
          const isSame = stored.fingerprint() === before;
          stored.close();
          return unless(isSame, "something was changed");
        },
      },
    ];
  },
};

/** Those who are not let in at all. */
async function nobodies({ full, owner, admin, change }: World): Promise<[who: string, headers: Record<string, string>][]> {
  const key = async (person: Person) => (await person.post<{ id: string; key: string }>("/api/auth/api-keys", { name: "key" })).body;
  const [revoked, over] = [await key(owner), await key(owner)];
  await owner.call("DELETE", `/api/auth/api-keys/${revoked.id}`);
  change("update api_keys set expires_at = 1 where id = ?", over.id);
  const ended = await signIn(full, owner.user.email);
  await ended.post("/api/auth/logout", undefined);
  const accessToken = owner.headers.authorization.replace("Bearer ", "");
  const account = { email: "disabled@example.com", password: "the password of someone disabled", name: "Disabled" };
  await full.post("/api/auth/register", account);
  const disabled = await signIn(full, account.email, account.password);
  const keyOfDisabled = await key(disabled);
  await admin.call("PATCH", `/v1/users/${disabled.user.id}`, { status: "disabled" });
  return [
    ...(await badCredentials({ secret: CANARIES.signing, accessToken, refreshToken: owner.refreshToken })),
    ["a token of an ended login", ended.headers],
    ["a revoked key", { authorization: `ApiKey ${revoked.key}` }],
    ["a key that is over", { authorization: `Bearer ${over.key}` }],
    ["a disabled user", disabled.headers],
    ["a disabled user's key", { authorization: keyOfDisabled.key }],
  ];
}
