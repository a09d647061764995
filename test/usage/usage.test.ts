import { expect, test } from "bun:test";
import type { UsageGroup } from "@/domain/usage-group";
import { testApp } from "../support/test-app";

type Groups = { items: UsageGroup[]; total: number };

test("usage is summed by day, agent, model and user, and outlives the session", async () => {
  await using app = await testApp();
  const agent = await app.createAgent({ name: "Counter", capabilities: ["test_math"] });
  const session = await app.createSession(agent.id);
  await app.ask(session, "what is 6 times 7?");
  await app.ask(session, "hello");
  await app.call("DELETE", session.path);

  const by = async (group: string) => (await app.get<Groups>(`/v1/usage?group_by=${group}`)).body.items;
  const [day] = await by("day");
  expect(day).toMatchObject({ key: new Date().toISOString().slice(0, 10), turns: 2, failures: 0, model_calls: 3 });
  expect(day!.input_tokens).toBeGreaterThan(0);
  expect((await by("agent"))[0]).toMatchObject({ key: agent.id, name: "Counter", turns: 2, model_calls: 3 });
  expect((await by("model"))[0]).toMatchObject({ key: expect.stringContaining("/"), turns: 2, input_tokens: day!.input_tokens });
  expect((await by("user"))[0]).toMatchObject({ name: "anonymous@local", output_tokens: day!.output_tokens });
});

test("only the days that were asked for are counted, and a failed turn is one", async () => {
  let now = Date.UTC(2026, 0, 31, 12);
  await using app = await testApp({ clock: { now: () => now } });
  const session = await app.createSession((await app.createAgent()).id);
  await app.ask(session, "hello");
  now += 24 * 3_600_000;
  await app.ask(session, "hello", { model_id: "nobody/nothing" });
  const days = async (query: string) =>
    (await app.get<Groups>(`/v1/usage?${query}`)).body.items.map(({ key, failures }) => [key, failures]);
  expect(await days("from=2026-01-01&to=2026-02-28")).toEqual([
    ["2026-01-31", 0],
    ["2026-02-01", 1],
  ]);
  expect(await days("from=2026-02-01")).toEqual([["2026-02-01", 1]]);
  expect((await app.get("/v1/usage?from=yesterday")).status).toBe(400);
});
