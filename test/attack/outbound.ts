import { hostname } from "node:os";
import { forbiddenSpellings, hostileSpellings } from "../support/address-spellings";
import type { Ended } from "../support/scripted";
import { type Attack, type AttackClass, all, expectStatus, unless } from "./attack-class";
import { callMany } from "./tool-calls";
import type { World } from "./world";

const NO_PAGES = [
  "file:///etc/passwd",
  "ftp://example.com/",
  "gopher://127.0.0.1:6379/_INFO",
  "data:text/html,hello",
  "javascript:1",
  "unix:///var/run/docker.sock",
  "http://user:password@example.com/",
  "http://",
  "not an address",
  "http://127.0.0.1#@example.com/",
  "http://example.com@127.0.0.1/",
  "http://127.0.0.1\\@example.com/",
];

/** Ports that are no web's, of an address that is public. */
const PORTS = [22, 25, 53, 110, 2375, 3306, 5432, 6379, 9000, 9200, 11211, 27017];

const REFUSED = /is not allowed|Only http and https|with a user or a password|not a URL|redirects to what is no address|Bad arguments/;

/** Requests that the server would have to make to where it must not: for a page, a provider, an MCP server, a tool. */
export const outbound: AttackClass = {
  name: "outbound",
  atOnce: 4,
  async attacks(world) {
    const { inside } = world;
    const names = ["localhost", "localhost.", "LOCALHOST", hostname(), "metadata.google.internal"];
    const hosts = [...hostileSpellings(), ...names];
    const pages = [
      ...hosts.map((host) => `http://${host}/`),
      ...hosts.slice(0, 30).map((host) => `https://${host}/latest/meta-data/`),
      ...["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "0.0.0.0"].map(
        (host) => `http://${host}:${inside.port}/`,
      ),
      ...PORTS.map((port) => `http://93.184.216.34:${port}/`),
      ...NO_PAGES,
    ];
    const redirects = [
      `127.0.0.1:${inside.port}`,
      "127.0.0.1",
      "169.254.169.254",
      "[::1]",
      "localhost",
      "2852039166",
      "metadata.google.internal",
    ]
      .flatMap((host) => [301, 302, 303, 307, 308].map((status) => inside.leadingTo(`http://${host}/secret`, status)))
      .concat(["file:///etc/passwd", "//169.254.169.254/", "gopher://127.0.0.1/", "http://["].map((to) => inside.leadingTo(to)));
    const read = fetchedPages(world, [...pages, ...redirects]);
    return [
      ...pages.map((page, index) => ({ name: `web_fetch ${page}`, run: async () => notRead((await read())[index]!) })),
      ...redirects.map((page, index) => ({
        name: `web_fetch by way of ${decodeURIComponent(page.split("?")[1]!)}`,
        run: async () => notRead((await read())[pages.length + index]!),
      })),
      ...forbiddenSpellings().flatMap((host) => configured(world, host)),
      ...(await httpTools(world)),
    ];
  },
  after: async ({ inside }) => inside.reached.map((url) => `this machine's own service was asked for ${url}`),
};

/** All of them are asked for in a few turns, once somebody wants to know. */
function fetchedPages({ open }: World, urls: readonly string[]): () => Promise<Ended[]> {
  let ends: Promise<Ended[]> | undefined;
  const ask = () =>
    callMany(
      open,
      { capabilities: ["web_fetch"] },
      "web_fetch",
      urls.map((url) => ({ url })),
    );
  return () => (ends ??= ask());
}

const notRead = ({ status, error }: Ended): string | null =>
  all(unless(status === "error", `ended ${status}`), unless(REFUSED.test(error ?? ""), `says ${error}`));

let count = 0;

/** Addresses that an admin may not even set up. */
const configured = ({ open }: World, host: string): Attack[] => [
  {
    name: `a provider at ${host}`,
    async run() {
      const fields = { name: `P${count++}`, provider_type: "custom", base_url: `http://${host}/v1`, api_key: "sk-0123456789abcdef" };
      return expectStatus((await open.post("/v1/llm-providers", fields)).status, 400);
    },
  },
  {
    name: `an MCP server at ${host}`,
    run: async () => expectStatus((await open.post("/v1/mcp-servers", { name: `m${count++}`, url: `http://${host}/mcp` })).status, 400),
  },
];

/** What a person who is no admin gives an agent to call is called on public addresses alone. */
async function httpTools({ other, inside }: World): Promise<Attack[]> {
  const hosts = [
    "127.0.0.1",
    "localhost",
    "169.254.169.254",
    "2130706433",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "0.0.0.0",
    "metadata.google.internal",
  ];
  const urls = hosts.flatMap((host) => [`http://${host}:${inside.port}/{id}`, `http://${host}/{id}`]);
  const parameters = { type: "object", properties: { id: { type: "string" } } };
  return urls.map((url) => ({
    name: `a user's tool that calls ${url}`,
    async run() {
      const tool = { type: "http", name: "look_up", method: "GET", url, parameters };
      const { status, body } = await other.post<{ id: string }>("/v1/agents", { name: "A", system_prompt: "", tools: [tool] });
      if (status === 400) return null;
      const session = await other.createSession(body.id);
      const { events } = await other.ask(
        session,
        `\`\`\`simulate\n[{"call":[{"name":"look_up","arguments":{"id":"1"}}]},{"text":"done"}]\n\`\`\``,
      );
      const end = events.find(({ type }) => type === "tool.completed")?.data;
      return unless(end?.status === "error" && !JSON.stringify(end).includes("the secret of"), `ended ${JSON.stringify(end)}`);
    },
  }));
}
