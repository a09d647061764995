import { type Documented, documentedRoutes } from "../support/documented-routes";
import { inOrder, isAdministration, isClosed, isInScope, lineOf, usesOwned } from "../support/route-rights";
import { type Attack, type AttackClass, all, expectStatus, MADE_UP_ID, unless } from "./attack-class";
import { callRoute, possessionsOf, saidIn, sharedThings, type Things } from "./possessions";
import type { World } from "./world";

/** Narrow keys; each is tried on all routes outside of it. */
const SCOPES = [["read"], ["agents:read"], ["sessions:read"], ["llm-providers:read"], ["agents:write", "api-keys:read"]];

/** Every route × those who are let in and may not: other users, no admins, narrow keys, users of a shared agent. */
export const whoMay: AttackClass = {
  name: "who may",
  atOnce: 8,
  async attacks(world) {
    const routes = inOrder(documentedRoutes(world.document).filter(isClosed));
    const things = { ...(await sharedThings(world)), ...(await possessionsOf(world.owner)) };
    return [
      ...(await narrow(world, routes, things)),
      ...others(world, routes, things),
      ...(await ofSharedAgent(world, routes)),
      {
        name: "all of these together",
        async run() {
          const left = [
            `/v1/sessions/${things.session_id}`,
            `/v1/agents/${things.agent_id}`,
            `/v1/sessions/${things.session_id}/fs/file.txt`,
          ];
          const found = await Promise.all(left.map((path) => world.owner.get(path)));
          return all(...found.map(({ status }) => expectStatus(status, 200)));
        },
      },
    ];
  },
};

const refuses = (
  world: World,
  route: Documented,
  things: Things,
  headers: Record<string, string>,
  who: string,
  status: number,
): Attack => ({
  name: `${who}: ${lineOf(route)}`,
  run: async () => expectStatus((await callRoute(world, route, things, headers)).status, status),
});

async function narrow(world: World, routes: readonly Documented[], things: Things): Promise<Attack[]> {
  const made = SCOPES.map(async (scopes) => {
    const { key } = (await world.owner.post<{ key: string }>("/api/auth/api-keys", { name: "narrow", scopes })).body;
    return routes
      .filter((route) => !isInScope(route, scopes))
      .map((route) => ({
        name: `a key for ${scopes.join(" and ")}: ${lineOf(route)}`,
        async run() {
          const { status, code } = await callRoute(world, route, things, { authorization: key });
          return all(expectStatus(status, 403), unless(code === "insufficient_scope", `said ${code}`));
        },
      }));
  });
  return (await Promise.all(made)).flat();
}

/** Another user, signed in and by key: what is the owner's is not there, what is an admin's is refused. */
const others = (world: World, routes: readonly Documented[], things: Things): Attack[] => [
  ...routes.filter(usesOwned).map((route) => refuses(world, route, things, world.other.headers, "another user", 404)),
  ...routes
    .filter((route) => isAdministration(route) && !usesOwned(route))
    .map((route) => refuses(world, route, things, world.other.headers, "no admin", 403)),
];

/** Whoever may use an agent that is shared may neither change it nor look into the sessions of others with it. */
async function ofSharedAgent(world: World, routes: readonly Documented[]): Promise<Attack[]> {
  const shared = await possessionsOf(world.owner, "shared");
  const theirs = await saidIn(world.other, shared.agent_id!);
  const isChange = (route: Documented) =>
    /^\/v1\/agents\/\{(id|agent_id)\}/.test(route.path) &&
    !/\{session_id\}/.test(route.path) &&
    route.method !== "GET" &&
    !/\/sessions$/.test(route.path);
  const isOfSession = ({ path }: Documented) => /\{session_id\}|\/sessions\/\{id\}/.test(path);
  const unknown = { approvals: MADE_UP_ID };
  return [
    ...routes.filter(isChange).map((route) => refuses(world, route, shared, world.other.headers, "who uses a shared agent", 404)),
    ...routes.filter(isOfSession).map((route) => refuses(world, route, shared, world.other.headers, "who uses the same agent", 404)),
    ...routes
      .filter(isOfSession)
      .map((route) => refuses(world, route, { ...theirs, ...unknown }, world.owner.headers, "who made the shared agent", 404)),
  ];
}
