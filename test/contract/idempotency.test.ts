import { expect, test } from "bun:test";
import { systemClock } from "@/platform/clock";
import { endsTurn } from "../support/client";
import { contractApp } from "../support/contract-app";
import { fakeProvider } from "../support/fake-provider";
import { refuseWith } from "../support/openai-words";
import { openStored } from "../support/stored";
import { testApp } from "../support/test-app";

type Sent = { status: number; text: string; replayed: string | null };

async function send(url: string, path: string, body: unknown, key: string): Promise<Sent> {
  const headers = { "content-type": "application/json", "idempotency-key": key };
  const response = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
  return { status: response.status, text: await response.text(), replayed: response.headers.get("idempotent-replayed") };
}

test("every POST that makes something makes it once, and answers the same bytes again", async () => {
  await using app = await contractApp();
  const agent = await app.createAgent();
  const session = await app.createSession(agent.id);
  const [model] = (await app.get<{ provider_id: string }[]>("/v1/llm-models")).body;
  const posts: [path: string, body: object, otherBody: object][] = [
    ["/v1/agents", { name: "a", system_prompt: "" }, { name: "b", system_prompt: "" }],
    [`/v1/agents/${agent.id}/sessions`, {}, { title: "other" }],
    [`${session.path}/messages`, { message: { content: "hello" } }, { message: { content: "other" } }],
    ["/v1/llm-providers", { name: "p", provider_type: "simulated" }, { name: "q", provider_type: "simulated" }],
    [`/v1/llm-providers/${model!.provider_id}/models`, { model_id: "m" }, { model_id: "n" }],
    ["/api/auth/api-keys", { name: "k" }, { name: "l" }],
    ["/v1/auth/api-keys", { name: "k" }, { name: "l" }],
  ];
  const settled = ({ text }: Sent) => app.follow(session, endsTurn((JSON.parse(text) as { turn_id: string }).turn_id));
  const stored = openStored(app.dataDir);
  for (const [path, body, otherBody] of posts) {
    const first = await send(app.url, path, body, "key-1");
    expect([path, first.status, first.replayed]).toEqual([path, 201, null]);
    if (path.endsWith("/messages")) await settled(first);
    const before = stored.fingerprint();
    expect([path, await send(app.url, path, body, "key-1")]).toEqual([path, { ...first, replayed: "true" }]);
    expect(await send(app.url, `${path}/`, body, "key-1")).toEqual({ ...first, replayed: "true" });
    const mismatch = await send(app.url, path, otherBody, "key-1");
    expect([path, mismatch.status, JSON.parse(mismatch.text).code]).toEqual([path, 422, "idempotency_mismatch"]);
    expect(stored.fingerprint()).toBe(before);
    const second = await send(app.url, path, otherBody, "key-2");
    expect([path, second.status, second.replayed]).toEqual([path, 201, null]);
    expect(second.text).not.toBe(first.text);
    if (path.endsWith("/messages")) await settled(second);
  }
  stored.close();
});

test("a hundred times at once is once", async () => {
  await using app = await contractApp();
  const session = await app.createSession((await app.createAgent()).id);
  const body = { message: { content: "only once" } };
  const answers = await Promise.all(Array.from({ length: 100 }, () => send(app.url, `${session.path}/messages`, body, "the-key")));
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  expect(answers[0]!.status).toBe(201);
  expect(answers.filter(({ replayed }) => replayed === null)).toHaveLength(1);
  await app.follow(session, ({ type }) => type === "turn.completed");
  expect((await app.messages(session)).map(({ role }) => role)).toEqual(["user", "assistant"]);
  expect((await app.get<{ total: number }>(`${session.path}/turns`)).body.total).toBe(1);
});

test("what was refused is not kept: the same key may bring a better request", async () => {
  await using app = await contractApp();
  const agent = await app.createAgent();
  await app.call("DELETE", `/v1/agents/${agent.id}`);
  const path = `/v1/agents/${agent.id}/sessions`;
  expect((await send(app.url, path, { title: 5 }, "k")).status).toBe(400);
  expect((await send(app.url, path, {}, "k")).status).toBe(409);
  await app.call("PATCH", `/v1/agents/${agent.id}`, { status: "active" });
  expect(await send(app.url, path, { title: "now" }, "k")).toMatchObject({ status: 201, replayed: null });
});

test("a key belongs to its route, and lasts through a restart and for a day", async () => {
  let now = Date.now();
  const clock = { now: () => now };
  const app = await testApp({ clock });
  const first = await send(app.url, "/v1/agents", { name: "a", system_prompt: "" }, "k");
  const { id } = JSON.parse(first.text) as { id: string };
  expect((await send(app.url, `/v1/agents/${id}/sessions`, {}, "k")).replayed).toBeNull();
  await app.stop();

  await using after = await testApp({ dataDir: app.dataDir, clock });
  now += 23.9 * 3_600_000;
  expect(await send(after.url, "/v1/agents", { name: "a", system_prompt: "" }, "k")).toEqual({ ...first, replayed: "true" });
  now += 0.2 * 3_600_000;
  expect(await send(after.url, "/v1/agents", { name: "a", system_prompt: "" }, "k")).toMatchObject({ status: 201, replayed: null });
  expect(now).toBeGreaterThan(systemClock.now());
});

test("an API key that is given again is kept sealed", async () => {
  await using app = await contractApp();
  const { key } = JSON.parse((await send(app.url, "/api/auth/api-keys", { name: "k" }, "k")).text) as { key: string };
  expect((await send(app.url, "/api/auth/api-keys", { name: "k" }, "k")).text).toContain(key);
  const stored = openStored(app.dataDir);
  expect(stored.text()).not.toContain(key);
  expect(stored.text()).not.toContain(key.slice(12));
  stored.close();
});

test("a provider that was tested or read once is not called for a replay, nor twice at once", async () => {
  await using provider = fakeProvider(async ({ path }) => {
    await Bun.sleep(20);
    return path.endsWith("/models") ? Response.json({ object: "list", data: [{ id: "m-1", object: "model" }] }) : refuseWith(401);
  });
  await using app = await contractApp();
  const fields = { name: "P", provider_type: "custom", base_url: `${provider.url}/v1` };
  const { id } = (await app.post<{ id: string }>("/v1/llm-providers", fields)).body;
  for (const [path, calls] of [
    ["sync-models", 1],
    ["test", 2],
  ] as const) {
    const address = `/v1/llm-providers/${id}/${path}`;
    const [first, second] = await Promise.all([send(app.url, address, {}, path), send(app.url, address, {}, path)]);
    expect([first!.status, second!.text]).toEqual([200, first!.text]);
    expect([first!.replayed, second!.replayed].toSorted()).toEqual([null, "true"].toSorted());
    expect(await send(app.url, address, {}, path)).toMatchObject({ status: 200, text: first!.text, replayed: "true" });
    expect(JSON.parse((await send(app.url, address, { other: 1 }, path)).text).code).toBe("idempotency_mismatch");
    expect(provider.asked).toHaveLength(calls);
  }
});

test("a call that failed is not kept: the same key may try again", async () => {
  let isDown = true;
  await using provider = fakeProvider(() => (isDown ? refuseWith(500) : Response.json({ object: "list", data: [] })));
  await using app = await contractApp();
  const fields = { name: "P", provider_type: "custom", base_url: `${provider.url}/v1` };
  const { id } = (await app.post<{ id: string }>("/v1/llm-providers", fields)).body;
  const address = `/v1/llm-providers/${id}/sync-models`;
  expect((await send(app.url, address, {}, "k")).status).toBe(503);
  isDown = false;
  expect(await send(app.url, address, {}, "k")).toMatchObject({ status: 200, replayed: null });
});

test("cancelling and retrying with another body under the same key is refused", async () => {
  await using app = await contractApp();
  const session = await app.createSession((await app.createAgent()).id);
  const hanging = await app.say(session, '```simulate\n[{"hang": true}]\n```');
  await app.follow(session, ({ type }) => type === "model.started");
  for (const path of [`${session.path}/cancel`, `${session.path}/messages/${hanging.id}/retry`]) {
    expect((await send(app.url, path, {}, "k")).status).toBe(202);
    expect((await send(app.url, path, {}, "k")).replayed).toBe("true");
    expect((await app.call("POST", path, undefined, { "idempotency-key": "k" })).status).toBe(202);
    expect((await send(app.url, path, { why: "bored" }, "k")).status).toBe(422);
    await app.follow(session, endsTurn(hanging.turn_id));
  }
});
