import { BAD_BODIES, BAD_TYPES } from "../support/bad-bodies";
import { type Documented, documentedRoutes, filled } from "../support/documented-routes";
import { head, rawHttp } from "../support/raw-http";
import { lineOf } from "../support/route-rights";
import { CANARY, CANARY_NUMBER, wrongBodies } from "../support/wrong-values";
import { type Attack, type AttackClass, all, expectStatus, MADE_UP_ID, unless } from "./attack-class";
import type { World } from "./world";

/** Ids that are none. */
const IDS = [
  "%00",
  "..%2f..%2fetc",
  "%ff",
  "__proto__",
  "constructor",
  "a".repeat(5000),
  "'%20OR%201=1--",
  "-1",
  "%e2%80%ae",
  "null",
  "[object%20Object]",
];

const JSON_TYPE = { "content-type": "application/json" };
const MIB = 1024 * 1024;

/** Bodies, types, ids and queries that no client of the document would send, on every route that takes them. */
export const input: AttackClass = {
  name: "input",
  atOnce: 8,
  async attacks(world) {
    const routes = documentedRoutes(world.document);
    const taking = routes.filter(({ body }) => body !== undefined);
    const changing = routes.filter(({ method, takesBytes }) => method !== "GET" && !takesBytes);
    return [
      ...taking.flatMap((route) => BAD_BODIES.map(([what, body]) => refuses(world, route, what, body, JSON_TYPE, 400, 404))),
      ...taking.flatMap((route) =>
        wrongBodies(world.document, route.body!).map(({ what, body }) =>
          refuses(world, route, what, JSON.stringify(body), JSON_TYPE, 400, 401, 403, 404),
        ),
      ),
      ...changing.flatMap((route) => BAD_TYPES.map(([what, headers]) => refuses(world, route, what, "{}", headers, 415))),
      // A file may have ten times as much.
      ...changing
        .filter(({ path }) => !path.endsWith("/fs/{path}"))
        .map((route) => refuses(world, route, "more than a mebibyte", `{"a":"${"x".repeat(MIB)}"}`, JSON_TYPE, 413)),
      ...routes.filter(({ parameters }) => parameters.length > 0).flatMap((route) => IDS.map((id) => oddId(world, route, id))),
      ...polluting(world),
      ...inHeaders(world),
      ...["TRACE", "CONNECT", "PROPFIND", "DEBUG", "get", "GET\t", "\u00e9"].map((method) => oddMethod(world, method)),
    ];
  },
};

/** Without accounts, so that nothing but the input is in the way. */
function refuses(
  world: World,
  route: Documented,
  what: string,
  body: BodyInit,
  headers: Record<string, string>,
  ...statuses: number[]
): Attack {
  return {
    name: `${lineOf(route)} with ${what}`,
    async run() {
      const path = filled(route.path, () => MADE_UP_ID);
      const answer = await fetch(world.open.url + path, { method: route.method, body, headers, redirect: "manual" });
      const text = await answer.text();
      return all(expectStatus(answer.status, ...statuses), words(text, answer.headers));
    },
  };
}

/** An error says what to do, in the one form, and repeats nothing. */
function words(text: string, headers: Headers): string | null {
  return all(
    unless((headers.get("content-type") ?? "").startsWith("application/json"), `came as ${headers.get("content-type")}`),
    unless(!text.includes(CANARY) && !text.includes(String(CANARY_NUMBER)), "repeats what was sent"),
    unless(!/SQLite|constraint|\.[jt]s:\d|\bat \w+ \(|\/tmp\/|\/home\/|node_modules|\$bunfs/i.test(text), `says ${text.slice(0, 200)}`),
  );
}

const oddId = ({ open }: World, route: Documented, id: string): Attack => ({
  name: `${lineOf(route)} of ${id.slice(0, 30)}`,
  async run() {
    const path = filled(route.path, () => id);
    const answer = await fetch(open.url + path, {
      method: route.method,
      body: route.body ? "{}" : null,
      headers: route.body ? JSON_TYPE : {},
      redirect: "manual",
    });
    return all(
      unless(answer.status >= 400 && answer.status < 500, `was answered ${answer.status}`),
      words(await answer.text(), answer.headers),
    );
  },
});

/** Members that JavaScript gives a meaning to. */
function polluting({ open }: World): Attack[] {
  const members = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"];
  return members.map((member) => ({
    name: `a body with ${member}`,
    async run() {
      const evil = `"${member}":{"prototype":{"visibility":"shared","polluted":true},"visibility":"shared","polluted":true,"is_default":true}`;
      const metadata = `"metadata":{${evil}}`;
      const made = await open.post<{ id: string }>("/v1/agents", `{"name":"A","system_prompt":"","tags":[],${evil}}`, JSON_TYPE);
      const session = await open.createSession((await open.createAgent()).id);
      await open.post(`${session.path}/messages`, `{"message":{"content":"hello"},${metadata},${evil}}`, JSON_TYPE);
      const plain = (await open.post<Record<string, unknown>>("/v1/agents", { name: "B", system_prompt: "" })).body;
      return all(
        expectStatus(made.status, 201, 400),
        unless(plain.visibility === "private" && plain.polluted === undefined, `the next agent is ${JSON.stringify(plain)}`),
      );
    },
  }));
}

const KEYS = ["a".repeat(256), "a b", "", "a,b\tc"];
const EVENT_IDS = ["x", "99999999999999999999", "-1", "1e9", "0x10", "1, 2"];

/** Header values that are none, and line breaks that would begin another header. */
function inHeaders({ open }: World): Attack[] {
  return [
    ...KEYS.map(
      (key): Attack => ({
        name: `the Idempotency-Key ${JSON.stringify(key).slice(0, 20)}`,
        run: async () =>
          expectStatus((await open.post("/v1/agents", { name: "A", system_prompt: "" }, { "idempotency-key": key })).status, 400),
      }),
    ),
    ...EVENT_IDS.map(
      (id): Attack => ({
        name: `the Last-Event-ID ${id}`,
        async run() {
          const session = await open.createSession((await open.createAgent()).id);
          const stop = new AbortController();
          const { status } = await fetch(`${open.url}${session.path}/events`, { headers: { "last-event-id": id }, signal: stop.signal });
          stop.abort();
          return expectStatus(status, 200, 400);
        },
      }),
    ),
    ...["%0d%0aset-cookie:%20a=b", "%0aset-cookie:%20a=b", "%E5%98%8A%E5%98%8Dset-cookie:a=b"].flatMap((breaks) =>
      [`/v1/agents/${breaks}`, `/${breaks}`, `/api/auth/oauth/google?setup_token=${breaks}`, `/sign-in?error=${breaks}`].map(
        (path): Attack => ({
          name: `a line break in ${path}`,
          async run() {
            const { headers } = await open.get(path);
            return unless(!headers.getSetCookie().some((cookie) => cookie.includes("a=b")), "sets a cookie");
          },
        }),
      ),
    ),
  ];
}

const oddMethod = ({ open }: World, method: string): Attack => ({
  name: `the method ${method}`,
  async run() {
    const { status } = await rawHttp(open.url, head(open.url, `${method} /v1/agents`));
    return unless(status === 0 || (status >= 400 && status !== 500), `was answered ${status}`);
  },
});
