import { expect, test } from "bun:test";
import { DEFAULT_LIMITS } from "@/agent-loop/limits";
import { readConfig } from "@/config";
import { endsTurn } from "./support/client";
import { testApp } from "./support/test-app";

const script = (...steps: unknown[]) => `\`\`\`simulate\n${JSON.stringify(steps)}\n\`\`\``;
const add = (times: number) => ({ call: Array.from({ length: times }, () => ({ name: "add", arguments: { a: 1, b: 2 } })) });

async function limitedApp(env: Record<string, string>) {
  const app = await testApp({ env });
  const agent = await app.createAgent({ capabilities: ["test_math"] });
  return { app, session: await app.createSession(agent.id), [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() };
}

test("a turn that writes without end is stopped at its limit, in words, in the middle of an answer", async () => {
  await using limited = await limitedApp({ TURN_MAX_OUTPUT_BYTES: "2048" });
  const { app, session } = limited;
  const { events } = await app.ask(session, script({ repeat: "x".repeat(100), times: 100, delay_ms: 0 }));
  expect(events.at(-1)).toMatchObject({ type: "turn.failed", data: { code: "output_limit", error: expect.stringContaining("2 KiB") } });
  const written = events.filter(({ type }) => type === "message.delta").map(({ data }) => String(data.delta));
  expect(written.join("").length).toBeLessThanOrEqual(2048);
  expect((await app.messages(session)).at(-1)).toMatchObject({ role: "assistant", metadata: { error: { code: "output_limit" } } });
  expect((await app.ask(session, script({ text: "short" }))).events.at(-1)!.type).toBe("turn.completed");
});

test("what a turn writes is counted over all its answers, in bytes", async () => {
  await using limited = await limitedApp({ TURN_MAX_OUTPUT_BYTES: "1024" });
  const { app, session } = limited;
  const half = { text: "ü".repeat(250), delay_ms: 0 };
  const { events } = await app.ask(session, script({ ...half, ...add(1) }, { ...half, ...add(1) }, half));
  expect(events.at(-1)).toMatchObject({ type: "turn.failed", data: { code: "output_limit" } });
  expect(events.filter(({ type }) => type === "model.completed").length).toBe(1);
  expect((await app.ask(session, script(half))).events.at(-1)!.type).toBe("turn.completed");
});

test("model calls of a turn and tool calls of a step are settings", async () => {
  await using limited = await limitedApp({ TURN_MAX_MODEL_CALLS: "2", TURN_MAX_CALLS_PER_STEP: "1" });
  const { app, session } = limited;
  const { events } = await app.ask(session, script(add(2), add(1), { text: "never said" }));
  expect(events.at(-1)).toMatchObject({ type: "turn.completed", data: { finish_reason: "model_call_limit" } });
  const ended = events.filter(({ type }) => type === "tool.completed").map(({ data }) => data.status);
  expect(ended.toSorted()).toEqual(["error", "ok", "ok"]);
});

const withSeconds = (seconds: number) => ({ limits: { ...DEFAULT_LIMITS, maxTurnMs: seconds * 1000 } });
const slowly = (ms: number) => ({ repeat: "word ", times: ms / 50, delay_ms: 50 });

test("a turn's time ends in words, and only what was worked on it counts: not while the server is away, nor what the clock says", async () => {
  const first = await testApp(withSeconds(2));
  const session = await first.createSession((await first.createAgent()).id);
  const { turn_id } = await first.say(session, script({ hang: true }));
  await first.follow(session, ({ type }) => type === "model.started");
  await first.stop();
  const later = { now: () => Date.now() + 61_000 };
  await using app = await testApp({ ...withSeconds(1), dataDir: first.dataDir, clock: later });
  const events = await app.follow(session, endsTurn(turn_id));
  expect(events.at(-1)).toMatchObject({ type: "turn.failed", data: { code: "turn_timeout", error: "it took longer than 0 minutes" } });
  // It was asked again, and had its second, before it was given up.
  expect(events.filter(({ type }) => type === "model.started").length).toBe(2);
});

test("what was worked on a turn before a restart counts after it", async () => {
  const first = await testApp();
  const agent = await first.createAgent({ capabilities: ["test_math"] });
  const session = await first.createSession(agent.id);
  const { turn_id } = await first.say(session, script({ ...slowly(1000), ...add(1) }, { hang: true }));
  await first.follow(session, ({ type, data }) => type === "model.started" && data.step === 2);
  await first.stop();
  await using app = await testApp({ ...withSeconds(0.9), dataDir: first.dataDir });
  const events = await app.follow(session, endsTurn(turn_id));
  expect(events.at(-1)).toMatchObject({ type: "turn.failed", data: { code: "turn_timeout" } });
  expect(events.filter(({ type, data }) => type === "model.started" && data.step === 2).length).toBe(1);
});

test("a turn that rests for a retry uses none of its time, and what it worked before is not forgotten", async () => {
  await using app = await testApp(withSeconds(1));
  const agent = await app.createAgent({ capabilities: ["test_math"] });
  const busy = { error: { code: "overloaded", times: 1, retry_after_ms: 1200 } };
  const rested = await app.ask(await app.createSession(agent.id), script(busy, { text: "at last" }));
  expect(rested.events.at(-1)!.type).toBe("turn.completed");
  const worked = await app.ask(await app.createSession(agent.id), script({ ...slowly(700), ...add(1) }, busy, slowly(700)));
  expect(worked.events.at(-1)).toMatchObject({ type: "turn.failed", data: { code: "turn_timeout" } });
});

test.each(["TURN_MAX_MODEL_CALLS", "TURN_MAX_MINUTES", "TURN_MAX_CALLS_PER_STEP", "TURN_MAX_OUTPUT_BYTES"])(
  "%s is a whole number within bounds, or the start is refused in words",
  (variable) => {
    for (const value of ["0", "-1", "many", "1.5", "999999999"])
      expect(() => readConfig({}, { [variable]: value })).toThrow(new RegExp(`^${variable} must be a whole number from \\d+ to \\d+\\.$`));
    expect(() => readConfig({}, { [variable]: "" })).not.toThrow();
  },
);
