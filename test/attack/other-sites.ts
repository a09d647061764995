import { type Documented, documentedRoutes, filled } from "../support/documented-routes";
import { lineOf } from "../support/route-rights";
import { rightBody } from "../support/wrong-values";
import { type Attack, type AttackClass, all, expectStatus, MADE_UP_ID, unless } from "./attack-class";
import type { World } from "./world";

const STRANGE_HOSTS = (port: string): string[] => [
  "evil.example",
  `evil.example:${port}`,
  `localhost.evil.example:${port}`,
  `127.0.0.1.evil.example:${port}`,
  `evil.example@127.0.0.1:${port}`,
  `localhost:${port}.evil.example`,
  "127.0.0.1",
  "localhost:1",
  `169.254.169.254:${port}`,
  `192.168.0.1:${port}`,
  `0x7f000001:${port}`,
  "everruns.test",
];

type Sender = { name: string; headers: Record<string, string> };

const foreignPages = (url: string): Sender[] => {
  const { port } = new URL(url);
  const origins = ["https://evil.example", "null", `http://evil.example:${port}`, `http://127.0.0.1:${Number(port) + 1}`];
  return [
    ...origins.map((origin) => ({ name: `a page of ${origin}`, headers: { origin } })),
    { name: "a page of http://localhost.evil.example", headers: { origin: `http://localhost.evil.example:${port}` } },
    { name: "a form of another site", headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" } },
    { name: "a script of another site", headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" } },
  ];
};

/** What browsers send by themselves, without asking first. */
const SIMPLE_TYPES = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""];

/** Pages of other sites in the browser of whoever has the server, who has no accounts or is signed in: they change and read nothing. */
export const otherSites: AttackClass = {
  name: "other sites",
  atOnce: 8,
  async attacks(world) {
    const routes = documentedRoutes(world.document);
    const changing = routes.filter(({ method }) => method !== "GET");
    const cookie = `access_token=${world.owner.headers.authorization.replace("Bearer ", "")}`;
    const { port } = new URL(world.open.url);
    return [
      ...changing.flatMap((route) =>
        foreignPages(world.open.url).map(({ name, headers }) => refuses(world, "open", route, name, headers, 403)),
      ),
      ...changing.flatMap((route) => {
        const [first, ...rest] = foreignPages(world.full.url);
        return [first!, rest.at(-1)!].map(({ name, headers }) =>
          refuses(world, "full", route, `${name}, signed in`, { ...headers, cookie }, 403),
        );
      }),
      ...changing
        .filter(({ takesBytes }) => !takesBytes)
        .flatMap((route) =>
          SIMPLE_TYPES.map((type) => refuses(world, "open", route, `type ${type || "none"}`, { "content-type": type }, 415)),
        ),
      ...routes.flatMap((route) => STRANGE_HOSTS(port).map((host) => refuses(world, "open", route, `as ${host}`, { host }, 403))),
      ...["/v1/agents", "/v1/sessions", "/api/auth/me", "/health", "/"].flatMap((path) => [noCors(world, path), noEmbedding(world, path)]),
    ];
  },
};

function refuses(
  world: World,
  place: "open" | "full",
  route: Documented,
  who: string,
  headers: Record<string, string>,
  status: number,
): Attack {
  return {
    name: `${who}: ${lineOf(route)}`,
    async run() {
      const path = filled(route.path, () => MADE_UP_ID);
      const body = route.body
        ? JSON.stringify(rightBody(world.document, route.body))
        : headers["content-type"] === undefined
          ? undefined
          : "{}";
      const answer = await world[place].call(route.method, path, body, headers);
      return all(
        expectStatus(answer.status, status),
        unless(!answer.headers.has("access-control-allow-origin"), "another site may read the answer"),
      );
    },
  };
}

const noCors = ({ open }: World, path: string): Attack => ({
  name: `a script of another site reads ${path}`,
  async run() {
    const asked = { origin: "https://evil.example", "access-control-request-method": "GET" };
    const answers = [await open.call("OPTIONS", path, undefined, asked), await open.get(path, { origin: "https://evil.example" })];
    const told = answers.flatMap(({ headers }) => [...headers.keys()].filter((name) => name.startsWith("access-control")));
    return all(
      unless(told.length === 0, `was told ${told.join(", ")}`),
      unless(answers[1]!.headers.get("cross-origin-resource-policy") === "same-origin", "the answer may be embedded"),
    );
  },
});

const noEmbedding = ({ open }: World, path: string): Attack => ({
  name: `another site embeds ${path}`,
  async run() {
    const { status } = await open.get(path, { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" });
    return expectStatus(status, 403);
  },
});
