import { head, rawHttp } from "../support/raw-http";
import { type Attack, type AttackClass, all, expectStatus, unless } from "./attack-class";
import { callMany } from "./tool-calls";
import type { World } from "./world";

/** Paths as they stand in an address, and none is one. */
const BAD_PATHS = [
  "%2e%2e%2fetc",
  "a%2f..%2fb",
  "a%2f%2e%2e",
  "a%00b",
  "a%0ab",
  "a%0d%0ab",
  "a%7fb",
  "a%c2%85b",
  "a%e2%80%a8b",
  "%5f/stat",
  `${"a/".repeat(10)}${"b".repeat(1005)}`,
  `${"a/".repeat(32)}b`,
  "%ff%fe",
  "%ed%a0%80",
];

/** Paths that a URL itself makes short; they lead to nothing. */
const CLIMBING = [
  "../../../../../etc/passwd",
  "a/../../../etc/passwd",
  "%2e%2e/%2e%2e/%2e%2e/etc/passwd",
  "..%5c..%5cetc%5cpasswd",
  "..;/etc/passwd",
];

const TOOL_PATHS = [
  "/../../etc/passwd",
  "../x",
  "/a/../b",
  "/a\u0000b",
  "/a\nb",
  `/${"a/".repeat(40)}b`,
  `/${"x".repeat(2000)}`,
  "/_/x",
  "/\ud800",
];

const TWINS: [string, string][] = [
  ["/caf\u00e9.txt", "/cafe\u0301.txt"],
  ["/\ud55c.txt", "/\u1112\u1161\u11ab.txt"],
  ["/a.txt", "//a.txt"],
  ["/b.txt", "/./b.txt"],
];

/** Patterns that would never end in an engine that tries everything, or would need all memory. */
const PATTERNS = [
  "^(a+)+$",
  "(a|a)*$",
  "(a*)*b",
  "([a-zA-Z]+)*$",
  "(x+x+)+y",
  "(.*a){25}",
  "(a{1000}){1000}",
  "(a|b)*a(a|b){999}[cd]",
  "(?=a)a",
  "(a)\\1",
  "((((((((((a*)*)*)*)*)*)*)*)*)*",
  "[",
  "(?<n>a",
  "\\",
  "a".repeat(20_000),
];

const GLOBS = ["**/".repeat(200), "*".repeat(500), "{a,b".repeat(100), "[a-".repeat(50), "/../**", "a".repeat(5000)];

const SEARCHES = [
  "%".repeat(500),
  "a* ".repeat(500),
  '" OR 1=1 --',
  "NEAR(a b, 1000000)",
  "\u0000",
  "(".repeat(1000),
  "*",
  "\ud800".toWellFormed(),
  "a".repeat(10_000),
];

/** A session's files are rows: no path leads out of them, and no pattern keeps the server. */
export const files: AttackClass = {
  name: "files and search",
  atOnce: 4,
  async attacks(world) {
    const { open } = world;
    const agent = await open.createAgent({ capabilities: ["file_system"] });
    const session = await open.createSession(agent.id);
    const fs = `${session.path}/fs`;
    await open.call("PUT", `${fs}/as.txt`, { content: `${"a".repeat(20_000)}!\n`.repeat(5) });
    return [
      ...BAD_PATHS.flatMap((path) => ["GET", "PUT", "POST", "DELETE"].map((method) => refused(world, method, `${fs}/${path}`, 400, 404))),
      ...CLIMBING.flatMap((path) => ["GET", "DELETE"].map((method) => refused(world, method, `${fs}/${path}`, 404, 400))),
      ...["move", "copy"].flatMap((action) =>
        TOOL_PATHS.map(
          (path): Attack => ({
            name: `${action} to ${JSON.stringify(path).slice(0, 40)}`,
            run: async () => expectStatus((await open.post(`${fs}/_/${action}`, { src_path: "/as.txt", dst_path: path })).status, 400),
          }),
        ),
      ),
      ...toolPaths(world),
      ...TWINS.map(([one, twin]) => noTwin(world, session.path, one, twin)),
      ...PATTERNS.map(
        (pattern): Attack => ({
          name: `a search for ${pattern.slice(0, 40)}`,
          run: () => quickly(() => open.post(`${fs}/_/grep`, { pattern })),
        }),
      ),
      ...GLOBS.map(
        (pattern): Attack => ({
          name: `a search in ${pattern.slice(0, 40)}`,
          run: () => quickly(() => open.post(`${fs}/_/grep`, { pattern: "a", path_pattern: pattern })),
        }),
      ),
      ...SEARCHES.map(
        (words): Attack => ({
          name: `a search of everything for ${JSON.stringify(words).slice(0, 40)}`,
          run: () => quickly(() => open.get(`/v1/search?q=${encodeURIComponent(words)}`)),
        }),
      ),
      ...["agents", "sessions"].map(
        (noun): Attack => ({
          name: `a search of ${noun} for what is SQL`,
          async run() {
            const found = await open.get<{ total: number }>(`/v1/${noun}?search=${encodeURIComponent("%' OR '1'='1' --")}`);
            return all(expectStatus(found.status, 200), unless(found.body.total === 0, "was taken for SQL"));
          },
        }),
      ),
    ];
  },
};

const refused = ({ open }: World, method: string, path: string, ...statuses: number[]): Attack => ({
  name: `${method} ${path.slice(path.indexOf("/fs/"), path.indexOf("/fs/") + 60)}`,
  async run() {
    const body = method === "GET" || method === "DELETE" ? "" : "{}";
    const headers = { "content-type": "application/json", "content-length": String(body.length) };
    const answer = await rawHttp(open.url, head(open.url, `${method} ${path}`, headers) + body);
    return all(expectStatus(answer.status, ...statuses), unless(!answer.body.includes("root:"), "holds a file of this machine"));
  },
});

function toolPaths({ open }: World): Attack[] {
  return ["read_file", "write_file", "list_directory", "delete_file"].map((name) => ({
    name: `${name} with paths that climb`,
    async run() {
      const given = TOOL_PATHS.slice(0, -1).map((path) => (name === "write_file" ? { path, content: "x" } : { path }));
      const ends = await callMany(open, { capabilities: ["file_system"] }, name, given);
      const odd = ends.find(({ status, result }) => status !== "error" || JSON.stringify(result).includes("root:"));
      return unless(odd === undefined, `ended ${JSON.stringify(odd)}`);
    },
  }));
}

const noTwin = ({ open }: World, path: string, one: string, twin: string): Attack => ({
  name: `a twin of ${one}`,
  async run() {
    await open.post(`${path}/fs/_/copy`, { src_path: "/as.txt", dst_path: one });
    return expectStatus((await open.post(`${path}/fs/_/copy`, { src_path: "/as.txt", dst_path: twin })).status, 409);
  },
});

/** A search is given up after five seconds; that is known by then. */
const LONGEST_MS = 7000;

/** Found, or refused; soon, and not by failing. */
async function quickly(ask: () => Promise<{ status: number }>): Promise<string | null> {
  const begun = performance.now();
  const { status } = await ask();
  const ms = performance.now() - begun;
  return all(expectStatus(status, 200, 400), unless(ms < LONGEST_MS, `took ${Math.round(ms)} ms`));
}
