import { connect, type Socket } from "node:net";
import { brokenRequests } from "../support/broken-requests";
import { scripted } from "../support/chromium";
import { head, rawHttp } from "../support/raw-http";
import { type Attack, type AttackClass, all, expectStatus, unless, within } from "./attack-class";
import type { World } from "./world";

const SLOW = 300;
const STREAMS = 200;
const SESSIONS_AT_ONCE = 10;
const WAITING = 1000;

/** One after the other: each is to be noticed by nobody else. */
export const connections: AttackClass = {
  name: "connections",
  atOnce: 1,
  attacks: async (world) => [
    ...brokenRequests(world.open.url).map(
      ([what, bytes, status]): Attack => ({
        name: `broken HTTP: ${what}`,
        run: async () => expectStatus((await rawHttp(world.open.url, bytes)).status, status),
      }),
    ),
    ...smuggling(world),
    { name: `${SLOW} heads that never end`, run: () => slow(world, (url) => head(url, "GET /v1/agents").slice(0, -4)) },
    {
      name: `${SLOW} bodies that never come`,
      run: () => slow(world, (url) => `${head(url, "POST /v1/agents", { "content-type": "application/json", "content-length": "1000" })}{`),
    },
    { name: `${SLOW} connections that say nothing`, run: () => slow(world, () => "") },
    { name: `${STREAMS} streams that nobody reads`, run: () => unread(world) },
    { name: "a client that sends many requests and reads no answer", run: () => pipelined(world) },
    { name: `${SESSIONS_AT_ONCE * WAITING} queued turns`, run: () => queued(world) },
  ],
};

/** A second request inside the first, where two servers in a row could differ about where it begins. None of it is answered as a request of its own. */
function smuggling({ open }: World): Attack[] {
  const inner = head(open.url, "DELETE /v1/agents/x");
  const json = { "content-type": "application/json" };
  const chunked = `0\r\n\r\n${inner}`;
  const requests: Record<string, string> = {
    "a length and chunks": head(open.url, "POST /v1/agents", { ...json, "content-length": "4", "transfer-encoding": "chunked" }) + chunked,
    "chunks under another name":
      head(open.url, "POST /v1/agents", { ...json, "content-length": "4", "transfer-encoding": "xchunked" }) + chunked,
    "two lengths": `${head(open.url, "POST /v1/agents", { ...json, "content-length": "0" }).replace("content-length: 0", "content-length: 0\r\ncontent-length: 5")}${inner}`,
    "a length with a sign": head(open.url, "POST /v1/agents", { ...json, "content-length": "+5" }) + inner,
    "a blank before the colon": head(open.url, "POST /v1/agents", { ...json, "content-length ": "5" }) + inner,
    "a folded header": head(open.url, "POST /v1/agents", { ...json, "x-a": "1\r\n content-length: 5" }) + inner,
    "a size of chunks that is none": `${head(open.url, "POST /v1/agents", { ...json, "transfer-encoding": "chunked" })}zz\r\n{}\r\n0\r\n\r\n`,
    "a size of chunks beyond all": `${head(open.url, "POST /v1/agents", { ...json, "transfer-encoding": "chunked" })}ffffffffffffffff\r\n{}`,
  };
  return Object.entries(requests).map(([what, bytes]) => ({
    name: `smuggled by ${what}`,
    async run() {
      const { status, body } = await rawHttp(open.url, bytes, 500);
      return all(
        unless(status === 0 || (status >= 400 && status < 500), `was answered ${status}`),
        unless(!/HTTP\/1\.1/.test(body), "was answered twice"),
      );
    },
  }));
}

/** Meanwhile others are answered, and afterwards nothing is left of them. */
async function slow({ open }: World, bytes: (url: string) => string): Promise<string | null> {
  const sockets = await Promise.all(Array.from({ length: SLOW }, () => opened(open.url, bytes(open.url))));
  const statuses = await Promise.all(Array.from({ length: 20 }, () => within(5000, open.get("/v1/agents?limit=1"))));
  for (const socket of sockets) socket.destroy();
  return all(...statuses.map(({ status }) => expectStatus(status, 200)));
}

async function unread({ open }: World): Promise<string | null> {
  const session = await open.createSession((await open.createAgent()).id);
  const sockets = await Promise.all(Array.from({ length: STREAMS }, () => opened(open.url, head(open.url, `GET ${session.path}/events`))));
  for (const socket of sockets) socket.pause();
  const { events } = await within(20_000, open.ask(session, scripted("much", [{ repeat: "words ", times: 300, delay_ms: 0 }])));
  for (const socket of sockets) socket.destroy();
  return unless(events.at(-1)?.type === "turn.completed", "whoever reads is not told the end");
}

async function pipelined({ open }: World): Promise<string | null> {
  const { host } = new URL(open.url);
  const request = `GET /api-doc/openapi.json HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
  const socket = await opened(open.url, request.repeat(2000));
  socket.pause();
  const { status } = await within(5000, open.get("/health"));
  socket.destroy();
  return expectStatus(status, 200);
}

/** A session takes a thousand waiting messages; however many there are, they are forgotten with their sessions. */
async function queued({ open }: World): Promise<string | null> {
  const agent = await open.createAgent();
  const sessions = await Promise.all(Array.from({ length: SESSIONS_AT_ONCE }, () => open.createSession(agent.id)));
  const counts = await Promise.all(
    sessions.map(async (session) => {
      await open.say(session, scripted("hang", [{ hang: true }]));
      let refused = 0;
      for (let sent = 0; sent < WAITING; sent += 100) {
        const posts = Array.from({ length: 101 }, () =>
          open.post<{ code?: string }>(`${session.path}/messages`, { message: { content: "hi" } }),
        );
        refused += (await Promise.all(posts)).filter(({ status, body }) => status === 409 && body.code === "queue_full").length;
      }
      return refused;
    }),
  );
  const other = await within(10_000, open.ask(await open.createSession(agent.id), "hello"));
  const removed = await open.call("DELETE", `/v1/agents/${agent.id}`);
  return all(
    unless(
      counts.every((refused) => refused > 0),
      `some sessions refused nothing: ${counts.join(" ")}`,
    ),
    unless(other.events.at(-1)?.type === "turn.completed", "somebody else's turn does not end"),
    expectStatus(removed.status, 204, 409),
  );
}

function opened(url: string, bytes: string): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = connect(Number(new URL(url).port), "127.0.0.1", () => {
    socket.write(bytes);
    resolve(socket);
  });
  socket.on("error", reject);
  return promise;
}
