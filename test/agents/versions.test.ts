import { expect, test } from "bun:test";
import type { Agent } from "@/domain/agent";
import type { AgentVersion } from "@/domain/agent-version";
import type { Session } from "@/domain/session";
import type { Turn } from "@/domain/turn";
import { openStored } from "../support/stored";
import { testApp } from "../support/test-app";

type Versions = { items: AgentVersion[]; total: number };

test("a change of how an agent answers is a new version, and each can be read and come back", async () => {
  await using app = await testApp();
  const agent = await app.createAgent({ name: "First", system_prompt: "one" });
  expect(agent.version).toBe(1);
  const change = (fields: object) => app.call<Agent>("PATCH", `/v1/agents/${agent.id}`, fields);
  expect((await change({ system_prompt: "two" })).body.version).toBe(2);
  expect((await change({ system_prompt: "two" })).body.version).toBe(2);
  expect((await change({ tags: ["x"], visibility: "shared" })).body.version).toBe(2);
  await app.call("PUT", `/v1/agents/${agent.id}/capabilities`, { capabilities: ["current_time"] });

  const { items, total } = (await app.get<Versions>(`/v1/agents/${agent.id}/versions`)).body;
  expect([total, ...items.map(({ version }) => version)]).toEqual([3, 3, 2, 1]);
  expect(items.map(({ definition }) => definition.system_prompt)).toEqual(["two", "two", "one"]);
  expect((await app.get<AgentVersion>(`/v1/agents/${agent.id}/versions/1`)).body.definition).toMatchObject({
    name: "First",
    capabilities: [],
  });

  const back = await app.post<Agent>(`/v1/agents/${agent.id}/rollback`, { version: 1 });
  expect(back.body).toMatchObject({ version: 4, system_prompt: "one", capabilities: [], tags: ["x"], visibility: "shared" });
  expect((await app.get(`/v1/agents/${agent.id}/versions/9`)).status).toBe(404);
  expect((await app.get(`/v1/agents/${agent.id}/versions/x`)).status).toBe(404);
  expect((await app.post(`/v1/agents/${agent.id}/rollback`, { version: 9 })).status).toBe(400);
});

test("a session follows its agent, or stays with the version that it was opened with", async () => {
  await using app = await testApp();
  const agent = await app.createAgent({ capabilities: [] });
  const pinned = await app.createSession(agent.id, { agent_version: 1 });
  const following = await app.createSession(agent.id);
  await app.call("PATCH", `/v1/agents/${agent.id}`, { capabilities: ["test_math"] });
  const answer = async (session: { path: string }) => {
    const { events } = await app.ask(
      session,
      '```simulate\n[{"call": [{"name": "add", "arguments": {"a": 1, "b": 2}}]}, {"text": "done"}]\n```',
    );
    return events.find(({ type }) => type === "tool.completed")!.data.status;
  };
  expect([await answer(pinned), await answer(following)]).toEqual(["error", "ok"]);
  await app.call("PATCH", `/v1/agents/${agent.id}`, { system_prompt: "three" });
  await Promise.all([answer(pinned), answer(following)]);
  const ranWith = async ({ path }: { path: string }) =>
    (await app.get<{ items: Turn[] }>(`${path}/turns`)).body.items.map(({ agent_version }) => agent_version);
  expect([await ranWith(pinned), await ranWith(following)]).toEqual([
    [1, 1],
    [2, 3],
  ]);
  expect((await app.get<Session>(pinned.path)).body.agent_version).toBe(1);
  expect((await app.get<Session>(following.path)).body.agent_version).toBeNull();
  expect((await app.post(`/v1/agents/${agent.id}/sessions`, { agent_version: 7 })).status).toBe(404);
});

test("an agent from before there were versions keeps what it was", async () => {
  await using app = await testApp();
  const agent = await app.createAgent({ system_prompt: "old" });
  const stored = openStored(app.dataDir);
  stored.close();
  const { Database } = await import("bun:sqlite");
  const database = new Database(`${app.dataDir}/everruns.db`);
  database.run("delete from agent_versions");
  database.close();
  await app.call("PATCH", `/v1/agents/${agent.id}`, { system_prompt: "new" });
  const { items } = (await app.get<Versions>(`/v1/agents/${agent.id}/versions`)).body;
  expect(items.map(({ version, definition }) => [version, definition.system_prompt])).toEqual([
    [2, "new"],
    [1, "old"],
  ]);
});
