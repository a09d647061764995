import { expect, test } from "bun:test";
import type { Agent } from "@/domain/agent";
import type { Capability } from "@/domain/capability";
import { contractApp, UNKNOWN_ID } from "../support/contract-app";

type List<Item> = { items: Item[]; data: Item[]; total: number; offset: number; limit: number };
type Placed = { capability_id: string; position: number };

test("the list holds every capability of the specification with what a page shows of it", async () => {
  await using app = await contractApp();
  const { body } = await app.expect<List<Capability>>("GET /v1/capabilities", 200);
  const ids = body.items.map(({ id }) => id);
  expect(ids).toEqual(
    expect.arrayContaining([
      "noop",
      "current_time",
      "research",
      "sandbox",
      "file_system",
      "test_math",
      "test_weather",
      "stateless_todo_list",
      "web_fetch",
    ]),
  );
  expect(body.total).toBe(ids.length);
  expect(body.data).toEqual(body.items);
  for (const capability of body.items) expect((await app.expect(`GET /v1/capabilities/${capability.id}`, 200)).body).toEqual(capability);
  expect(body.items.find(({ id }) => id === "current_time")).toMatchObject({
    name: "Current Time",
    icon: "clock",
    category: "Utilities",
    status: "available",
  });
  expect((await app.expect<List<Capability>>("GET /v1/capabilities?offset=1&limit=2", 200)).body).toMatchObject({
    items: body.items.slice(1, 3),
    total: ids.length,
    offset: 1,
    limit: 2,
  });
});

test.each(["nope", UNKNOWN_ID, "NOOP", "__proto__", "constructor", "toString", "hasOwnProperty", "noop%00", "%20noop"])(
  "there is no capability %s",
  async (id) => {
    await using app = await contractApp();
    await app.expect(`GET /v1/capabilities/${id}`, 404);
  },
);

test("PUT replaces all, and the index is the position", async () => {
  await using app = await contractApp();
  const agent = await app.createAgent({ capabilities: ["noop"] });
  const path = `/v1/agents/${agent.id}/capabilities`;
  const placed = (...ids: string[]): Placed[] => ids.map((capability_id, position) => ({ capability_id, position }));

  expect((await app.expect<List<Placed>>(`GET ${path}`, 200)).body.items).toEqual(placed("noop"));
  const { body } = await app.expect<List<Placed>>(`PUT ${path}`, 200, { capabilities: ["test_math", "current_time", "research"] });
  expect(body).toMatchObject({ items: placed("test_math", "current_time", "research"), data: body.items, total: 3 });
  expect((await app.expect<List<Placed>>(`GET ${path}`, 200)).body.items).toEqual(body.items);
  expect((await app.expect<Agent>(`GET /v1/agents/${agent.id}`, 200)).body.capabilities).toEqual(["test_math", "current_time", "research"]);
  expect((await app.expect<List<Placed>>(`GET ${path}?offset=1&limit=1`, 200)).body).toMatchObject({ items: [body.items[1]!], total: 3 });

  for (const capabilities of [["nope"], ["noop", "noop"], ["noop", "nope"], [""], ["__proto__"]])
    await app.expect(`PUT ${path}`, 400, { capabilities });
  expect((await app.expect<List<Placed>>(`GET ${path}`, 200)).body.items).toEqual(body.items);
  expect((await app.expect<List<Placed>>(`PUT ${path}`, 200, { capabilities: [] })).body).toMatchObject({ items: [], total: 0 });
});

test("an agent that does not exist has none and takes none", async () => {
  await using app = await contractApp();
  await app.expect(`GET /v1/agents/${UNKNOWN_ID}/capabilities`, 404);
  await app.expect(`PUT /v1/agents/${UNKNOWN_ID}/capabilities`, 404, { capabilities: [] });
  await app.expect(`PUT /v1/agents/${UNKNOWN_ID}/capabilities`, 404, { capabilities: ["nope"] });
});

test("agents are made and changed only with capabilities that there are", async () => {
  await using app = await contractApp();
  const agent = await app.createAgent();
  for (const capabilities of [["nope"], ["noop", "noop"]]) {
    await app.expect("POST /v1/agents", 400, { name: "x", system_prompt: "", capabilities });
    await app.expect(`PATCH /v1/agents/${agent.id}`, 400, { capabilities });
  }
  expect(
    (await app.expect<Agent>(`PATCH /v1/agents/${agent.id}`, 200, { capabilities: ["noop", "current_time"] })).body.capabilities,
  ).toEqual(["noop", "current_time"]);
});
