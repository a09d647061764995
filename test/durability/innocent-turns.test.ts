import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Session } from "@/domain/session";
import type { Turn } from "@/domain/turn";
import { createClient, endsTurn } from "../support/client";
import { emptyFolder } from "../support/executable";

/** The poison acts after so many milliseconds; the innocent take longer than the server lives, so that they never get on between two crashes. */
const POISON_MS = 100;
const INNOCENT_MS = 1500;

const calling = (name: string, given: object = {}) =>
  `\`\`\`simulate\n${JSON.stringify([{ call: [{ name, arguments: given }] }, { text: "Done." }])}\n\`\`\``;

/** A server that is started again whenever it dies, as a service manager would. */
async function watchedServer(folder: string) {
  const env = { HOME: folder, PATH: "/usr/bin:/bin", PORT: "0", DATA_DIR: join(folder, "data"), LOG_LEVEL: "silent" };
  const spawn = () =>
    Bun.spawn([process.execPath, "run", join(import.meta.dir, "poison-server.ts")], {
      env: { ...env, CRASHES: join(folder, "crashes"), WAIT_MS: String(POISON_MS) },
      stdout: "pipe",
      stderr: "ignore",
    });
  let child = spawn();
  const start = async () => {
    const { value } = await child.stdout.getReader().read();
    return createClient(/Open (\S+?)\/\n/.exec(new TextDecoder().decode(value))![1]!.replace("localhost", "127.0.0.1"));
  };
  return {
    start,
    async startAfterDeath() {
      await child.exited;
      child = spawn();
      return start();
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

test("a turn that takes the server down fails alone: those that ran beside it complete", async () => {
  using folder = emptyFolder();
  await using server = await watchedServer(folder.path);
  let app = await server.start();
  const agent = await app.createAgent({ capabilities: ["poison"] });
  const sessions = [await app.createSession(agent.id), await app.createSession(agent.id), await app.createSession(agent.id)];
  const [first, poisoned, last] = sessions as [(typeof sessions)[0], (typeof sessions)[0], (typeof sessions)[0]];
  for (const session of [first, last]) await app.say(session, calling("ponder", { ms: INNOCENT_MS }));
  for (const session of [first, last]) await app.follow(session, ({ type }) => type === "tool.started");
  await app.say(poisoned, calling("die"));

  for (let death = 1; death <= 3; death++) app = await server.startAfterDeath();
  const ends = ({ type }: { type: string }) => ["turn.completed", "turn.failed"].includes(type);
  const logs = await Promise.all(sessions.map((session) => app.follow(session, ends)));

  expect(logs.map((log) => log.at(-1)!.type)).toEqual(["turn.completed", "turn.failed", "turn.completed"]);
  expect(logs[1]!.at(-1)!.data.code).toBe("crash_loop");
  // One of them alone was caught at it; the last was not taken up again before that.
  const crashes = logs.map((log) => log.filter(({ type }) => type === "turn.resumed").map(({ data }) => data.alone));
  expect(crashes).toEqual([
    [false, false, false],
    [false, false, true],
    [false, false],
  ]);
  expect(readFileSync(join(folder.path, "crashes"), "utf8")).toBe("died\n".repeat(3));

  const statusOf = async ({ path }: { path: string }) => (await app.get<Session>(path)).body.status;
  for (const session of [first, last]) while ((await statusOf(session)) === "running") await Bun.sleep(5);
  expect(await Promise.all(sessions.map(statusOf))).toEqual(["pending", "failed", "pending"]);
  expect((await app.get<{ items: Turn[] }>(`${first.path}/turns`)).body.items[0]!.status).toBe("completed");
}, 30_000);

test("a failure that a tool leaves behind ends neither the server nor the turns beside it", async () => {
  using folder = emptyFolder();
  await using server = await watchedServer(folder.path);
  const app = await server.start();
  const agent = await app.createAgent({ capabilities: ["poison"] });
  const [beside, careless] = [await app.createSession(agent.id), await app.createSession(agent.id)];
  const asked = await app.say(beside, calling("ponder", { ms: 500 }));
  await app.follow(beside, ({ type }) => type === "tool.started");
  expect((await app.ask(careless, calling("litter"))).events.at(-1)!.type).toBe("turn.completed");
  const events = await app.follow(beside, endsTurn(asked.turn_id));
  expect(events.map(({ type }) => type)).not.toContain("turn.resumed");
  expect(events.at(-1)!.type).toBe("turn.completed");
}, 30_000);
