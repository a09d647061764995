import { expect, test } from "bun:test";
import type { UsageGroup } from "@/domain/usage-group";
import { fakeOpenAi } from "../support/fake-openai";
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

test("a range is so many days up to one, and may list those without use", async () => {
  let now = Date.UTC(2026, 2, 1, 23);
  await using app = await testApp({ clock: { now: () => now } });
  const session = await app.createSession((await app.createAgent()).id);
  await app.ask(session, "hello");
  now += 2 * 24 * 3_600_000;
  await app.ask(session, "hello");
  const days = async (query: string) => {
    const { body } = await app.get<Groups>(`/v1/usage?${query}`);
    return [body.total, ...body.items.map(({ key, turns }) => `${key} ${turns}`)];
  };
  expect(await days("days=7")).toEqual([2, "2026-03-01 1", "2026-03-03 1"]);
  expect(await days("days=4&include_empty=true")).toEqual([4, "2026-02-28 0", "2026-03-01 1", "2026-03-02 0", "2026-03-03 1"]);
  expect(await days("days=4&include_empty=true&offset=2&limit=1")).toEqual([4, "2026-03-02 0"]);
  expect(await days("from=0001-01-01&to=9999-12-31&include_empty=true&offset=3652058")).toEqual([3_652_059, "9999-12-31 0"]);
  expect(await days("from=2026-03-03&to=2026-03-01&include_empty=true")).toEqual([0]);
  expect(await days("days=1&group_by=model&include_empty=true")).toEqual([1, "Simulated/simulated-1 1"]);
  const { items } = (await app.get<Groups>("/v1/usage?days=2&include_empty=true")).body;
  expect(items[0]).toEqual({ ...items[1]!, key: "2026-03-02", name: "2026-03-02", ...nothing });
  for (const query of ["days=0", "days=1.5", "days=4000", "include_empty=yes"])
    expect((await app.get(`/v1/usage?${query}`)).status).toBe(400);
});

test("one agent's, one model's or one user's use is summed alone; calls without a price are counted apart", async () => {
  await using app = await testApp();
  const [one, other] = [await app.createAgent({ name: "One" }), await app.createAgent({ name: "Other" })];
  const openAi = fakeOpenAi({ models: [] });
  const { body: provider } = await app.post<{ id: string }>("/v1/llm-providers", {
    name: "Own",
    provider_type: "custom",
    base_url: openAi.baseUrl,
    api_key: "sk-right",
  });
  const { body: model } = await app.post<{ id: string }>(`/v1/llm-providers/${provider.id}/models`, { model_id: "unheard-of" });
  await app.ask(await app.createSession(one.id), "hello");
  await app.ask(await app.createSession(other.id, { model_id: model.id }), "hello");
  openAi.stop();
  const sums = async (query: string) =>
    (await app.get<Groups>(`/v1/usage?${query}`)).body.items.map(({ name, turns, cost_usd, unpriced_calls }) => [
      name,
      turns,
      cost_usd,
      unpriced_calls,
    ]);
  expect(await sums(`group_by=agent&agent_id=${one.id}`)).toEqual([["One", 1, 0, 0]]);
  expect(await sums("group_by=agent&model=Own/unheard-of")).toEqual([["Other", 1, null, 1]]);
  const { body: me } = await app.get<{ id: string }>("/api/auth/me");
  expect(await sums(`group_by=user&user_id=${me.id}`)).toEqual([["anonymous@local", 2, 0, 1]]);
  expect(await sums(`group_by=day&user_id=${one.id}`)).toEqual([]);
  expect((await app.get("/v1/usage?agent_id=nobody")).status).toBe(400);
});

const nothing = {
  input_tokens: 0,
  output_tokens: 0,
  cache_read_tokens: 0,
  cache_write_tokens: 0,
  reasoning_tokens: 0,
  cost_usd: 0,
  model_calls: 0,
  unpriced_calls: 0,
  turns: 0,
  failures: 0,
};
