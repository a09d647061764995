import { Database } from "bun:sqlite";
import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { z } from "zod";
import { defineTool, ToolFailure } from "@/agent-loop/tool";
import { builtInCapabilities, type CapabilityDefinition } from "@/capabilities/catalog";
import { toolWrite } from "@/capabilities/tool-write";
import { callTools, script } from "./files/files-app";
import { capturedLog } from "./support/captured-log";
import { testApp } from "./support/test-app";

let gate = Promise.withResolvers<void>();
const reached = Promise.withResolvers<void>();

/** What the tool writes to our own tables here is an event that renames the session. */
const renaming: CapabilityDefinition = {
  id: "renaming",
  name: "Renaming",
  description: "",
  status: "available",
  icon: "pen",
  category: "Testing",
  tools: [
    defineTool({
      name: "rename",
      description: "",
      input: z.object({ title: z.string(), fate: z.enum(["well", "refused", "broken", "gated"]) }),
      effect: "transactional",
      async run({ title, fate }) {
        if (fate === "gated") reached.resolve();
        if (fate === "gated") await gate.promise;
        return toolWrite(function* ({ append }) {
          yield* append([{ type: "session.updated", data: { title } }]);
          if (fate === "refused") throw new ToolFailure("not this title");
          if (fate === "broken") throw new Error("a bug with a secret in it");
          return { title };
        });
      },
    }),
  ],
};

const log = capturedLog();
const app = await testApp({ capabilities: [...builtInCapabilities, renaming], logger: log.logger });
afterAll(() => app[Symbol.asyncDispose]());
const agent = await app.createAgent({ capabilities: ["renaming"] });

const titlesIn = async (session: { path: string }) => {
  const { items } = (
    await app.get<{ items: { data: { title?: string } }[] }>(`${session.path}/events/list?types=session.updated&limit=1000`)
  ).body;
  return items.flatMap(({ data }) => data.title ?? []).filter((title) => title.startsWith("title"));
};

test("a write that fails is taken back, its call ends with the words, and the calls beside it are kept in order", async () => {
  const session = await app.createSession(agent.id);
  const results = await callTools(app, session, [
    ["rename", { title: "title 1", fate: "well" }],
    ["rename", { title: "title 2", fate: "refused" }],
    ["rename", { title: "title 3", fate: "broken" }],
    ["rename", { title: "title 4", fate: "well" }],
  ]);
  expect(results).toEqual([
    { result: { title: "title 1" }, error: null },
    { result: null, error: "not this title" },
    { result: null, error: "An internal error occurred while executing the tool" },
    { result: { title: "title 4" }, error: null },
  ]);
  expect(await titlesIn(session)).toEqual(["title 1", "title 4"]);
  expect(log.lines.filter(({ level }) => level >= 50)).toHaveLength(1);
});

test("a turn that is cancelled while a transactional call prepares has none of its effect", async () => {
  const session = await app.createSession(agent.id);
  const message = await app.say(session, script([["rename", { title: "title late", fate: "gated" }]]));
  await reached.promise;
  await app.post(`${session.path}/cancel`, {});
  const events = await app.follow(session, ({ type }) => type === "turn.cancelled");
  gate.resolve();
  gate = Promise.withResolvers();
  expect(events.find(({ type, data }) => type === "tool.completed" && data.turn_id === message.turn_id)!.data.status).toBe("interrupted");
  await app.ask(session, "hello");
  expect(await titlesIn(session)).toEqual([]);
});

test("an owner that another has replaced writes nothing any more", async () => {
  const session = await app.createSession(agent.id);
  await app.say(session, script([["rename", { title: "title stale", fate: "gated" }]]));
  await app.follow(session, ({ type }) => type === "tool.started");
  const database = new Database(join(app.dataDir, "everruns.db"));
  database.run("pragma busy_timeout = 5000");
  database.run("update sessions set epoch = epoch + 1 where id = ?", [session.id]);
  gate.resolve();
  // Another message wakes a new owner, which takes the turn up as after a crash.
  await app.ask(session, "hello");
  const { items } = (await app.get<{ items: { event_type: string; data: { title?: string } }[] }>(`${session.path}/events/list`)).body;
  const written = items.flatMap(({ data }, index) => (data.title === "title stale" ? [index] : []));
  const resumed = items.findIndex(({ event_type }) => event_type === "turn.resumed");
  expect(resumed).toBeGreaterThan(0);
  expect(written).toHaveLength(1);
  expect(written[0]).toBeGreaterThan(resumed);
  expect(items.filter(({ event_type }) => event_type === "tool.completed")).toHaveLength(1);
  database.close();
});
