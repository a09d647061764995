import { expect, test } from "bun:test";
import type { SearchHit } from "@/domain/search-hit";
import { testApp } from "../support/test-app";

type Hits = { items: SearchHit[]; total: number };

const find = async (app: { get<T>(path: string): Promise<{ status: number; body: T }> }, words: string): Promise<Hits> => {
  const answer = await app.get<Hits>(`/v1/search?q=${encodeURIComponent(words)}`);
  expect(answer.status).toBe(200);
  return answer.body;
};

test("what was said, answered and returned by tools is found at once, with the place of the words", async () => {
  await using app = await testApp();
  const agent = await app.createAgent({ capabilities: ["test_weather"] });
  const session = await app.createSession(agent.id, { title: "Weather" });
  const { message } = await app.ask(session, "Tell me: what is the weather in Reykjavík, dear server?");
  const { items, total } = await find(app, "reykjavik dear");
  expect(total).toBe(items.length);
  expect(items.map(({ sequence }) => sequence)).toEqual(items.map(({ sequence }) => sequence).toSorted((one, other) => other - one));
  expect(items.at(-1)).toMatchObject({
    session_id: session.id,
    session_title: "Weather",
    message_id: message.id,
    role: "user",
    sequence: 1,
  });
  const hit = (await find(app, "dear")).items.at(-1)!;
  expect(hit.highlights.map(([from, to]) => hit.snippet.slice(from, to))).toEqual(["dear"]);
  expect((await find(app, "get_weather")).items.map(({ role }) => role)).toContain("assistant");
  expect((await find(app, "temperature")).items.map(({ role }) => role)).toContain("tool_result");
});

test.each([
  ["the beginning of the last word", "unmista", true],
  ["the beginning of an earlier word", "unmista grün", false],
  ["all words in any order", "Grüße unmistakable", true],
  ["accents and capitals aside", "GRUSSE", false],
  ["words of a script without spaces", "東京", true],
  ["one character of such a script", "塔", true],
  ["characters that do not stand together", "東塔", false],
  ["signs that the index's language knows", '"unmistakable" AND NEAR( * : ^ -', false],
  ["signs around a word", "(unmistakable)*", true],
  ["nothing but signs", "--- ***", false],
])("%s: %s", async (_, words, isFound) => {
  await using app = await testApp();
  const session = await app.createSession((await app.createAgent()).id);
  await app.ask(session, "unmistakable Grüße from 東京塔");
  const hits = (await find(app, words)).items.filter(({ role }) => role === "user");
  expect(hits.length).toBe(isFound ? 1 : 0);
});

test("only the sessions of one agent, with a tag or in a state are searched where that is asked for", async () => {
  await using app = await testApp();
  const [one, other] = [await app.createAgent(), await app.createAgent()];
  await app.ask(await app.createSession(one.id, { tags: ["zoo"] }), "a tapir");
  await app.ask(await app.createSession(other.id), "a tapir");
  const count = async (query: string) => {
    const { items } = (await app.get<Hits>(`/v1/search?q=tapir&${query}`)).body;
    return items.filter(({ role }) => role === "user").length;
  };
  expect(await count("")).toBe(2);
  expect(await count(`agent_id=${one.id}`)).toBe(1);
  expect(await count("tag=zoo&status=pending")).toBe(1);
  expect(await count(`tag=zoo&agent_id=${other.id}`)).toBe(0);
  expect(await count("status=running")).toBe(0);
});

test("a deleted session is not found any more, and one written before a restart is", async () => {
  const first = await testApp();
  const agent = await first.createAgent();
  const [gone, kept] = [await first.createSession(agent.id), await first.createSession(agent.id)];
  await first.ask(gone, "a rhinoceros");
  expect((await find(first, "rhinoceros")).total).toBeGreaterThan(0);
  await first.call("DELETE", gone.path);
  expect((await find(first, "rhinoceros")).total).toBe(0);
  await first.ask(kept, "a hippopotamus");
  await first.stop();
  await using second = await testApp({ dataDir: first.dataDir });
  expect((await find(second, "hippopotamus")).items[0]!.session_id).toBe(kept.id);
});

test("a message that was taken back is none of the hits", async () => {
  await using app = await testApp();
  const session = await app.createSession((await app.createAgent()).id);
  const running = await app.say(session, "wait 60 s");
  const queued = await app.say(session, "an okapi");
  expect((await find(app, "okapi")).total).toBe(1);
  await app.call("DELETE", `${session.path}/messages/${queued.id}`);
  expect((await find(app, "okapi")).total).toBe(0);
  await app.call("POST", `${session.path}/turns/${running.turn_id}/cancel`);
});
