import { expect, test } from "bun:test";
import type { Approval, ApprovalRule } from "@/domain/approval";
import { accountsApp, type Person } from "../support/accounts-app";
import { readStream, type StreamedEvent } from "../support/client";
import { script } from "./waiting-app";

test("whoever does not own a session sees and answers nothing that it waits for; an admin does", async () => {
  await using app = await accountsApp();
  const [admin, owner, other] = [await app.register("admin"), await app.register("owner"), await app.register("other")];
  const make = async <Body>(person: Person, path: string, body: unknown) => (await app.post<Body>(path, body, person.bearer)).body;
  const agent = await make<{ id: string }>(owner, "/v1/agents", {
    name: "A",
    system_prompt: "",
    capabilities: ["test_math"],
    tool_policies: { add: "requires_approval" },
    visibility: "shared",
  });
  const until = async (person: Person, path: string, isLast: (event: StreamedEvent) => boolean): Promise<StreamedEvent[]> => {
    const control = new AbortController();
    const seen: StreamedEvent[] = [];
    for await (const event of readStream(await fetch(`${app.url}${path}/events`, { headers: person.bearer, signal: control.signal }))) {
      seen.push(event);
      if (isLast(event)) break;
    }
    control.abort();
    return seen;
  };
  const waiting = async (person: Person) => {
    const parameters = { type: "object" };
    const { id } = await make<{ id: string }>(person, `/v1/agents/${agent.id}/sessions`, { client_tools: [{ name: "here", parameters }] });
    const path = `/v1/sessions/${id}`;
    const calls = [{ name: "add", arguments: { a: 1, b: 2 } }, { name: "here" }];
    await make(person, `${path}/messages`, { message: { content: script({ call: calls }, { text: "done" }) } });
    const events = await until(person, path, ({ type, data }) => type === "session.updated" && data.status === "waiting");
    const call = events.find(({ type }) => type === "tool.started")!.data.tool_call_id;
    return { path, approvalId: String(events.find(({ type }) => type === "approval.requested")!.data.approval_id), call };
  };
  const { path, approvalId, call } = await waiting(owner);
  const approve = (person: Person, body: object = {}) =>
    app.post<Approval>(`${path}/approvals/${approvalId}`, { decision: "approve", ...body }, person.bearer);
  const inbox = async (person: Person) =>
    (await app.get<{ items: Approval[] }>("/v1/approvals?status=all", person.bearer)).body.items.map(({ id }) => id);

  expect(await inbox(other)).toEqual([]);
  expect((await app.get(`/v1/approvals/${approvalId}`, other.bearer)).status).toBe(404);
  expect((await approve(other)).status).toBe(404);
  expect((await app.post(`${path}/tool-results`, { tool_call_id: call }, other.bearer)).status).toBe(404);
  expect(await inbox(owner)).toEqual([approvalId]);
  expect(await inbox(admin)).toEqual([approvalId]);

  // An admin's word is for the owner's sessions, and the rule is the owner's.
  expect((await approve(admin, { remember: "agent" })).body).toMatchObject({ decision: "approve", decided_by: admin.id });
  expect((await app.post(`${path}/tool-results`, { tool_call_id: call }, owner.bearer)).status).toBe(200);
  const rules = async (person: Person) => (await app.get<{ items: ApprovalRule[] }>("/v1/approval-rules", person.bearer)).body.items;
  const [rule] = await rules(owner);
  expect(rule).toMatchObject({ agent_id: agent.id, session_id: null, name: "add" });
  expect(await rules(other)).toEqual([]);
  expect((await app.call("DELETE", `/v1/approval-rules/${rule!.id}`, undefined, other.bearer)).status).toBe(404);
  // What one person remembers about a shared agent is nothing to another, who is asked.
  const theirs = await waiting(other);
  expect(await inbox(other)).toEqual([theirs.approvalId]);

  await app.call("PATCH", `/v1/agents/${agent.id}`, { visibility: "private" }, owner.bearer);
  const late = await app.post<{ code: string }>(`${theirs.path}/approvals/${theirs.approvalId}`, { decision: "approve" }, other.bearer);
  expect([late.status, late.body.code]).toEqual([403, "agent_not_shared"]);
  expect((await app.post(`${theirs.path}/cancel`, undefined, other.bearer)).status).toBe(202);
});

test("an agent asks no agent that its session's owner may not use", async () => {
  await using app = await accountsApp();
  const [, owner, other] = [await app.register("admin"), await app.register("owner"), await app.register("other")];
  const hidden = (await app.post<{ id: string }>("/v1/agents", { name: "H", system_prompt: "" }, owner.bearer)).body;
  const tools = [{ type: "agent", agent_id: hidden.id, name: "hidden" }];
  expect((await app.post("/v1/agents", { name: "A", system_prompt: "", tools }, other.bearer)).status).toBe(400);
  const agent = { name: "A", system_prompt: "", tools, visibility: "shared" };
  const shared = (await app.post<{ id: string }>("/v1/agents", agent, owner.bearer)).body;
  const session = (await app.post<{ id: string }>(`/v1/agents/${shared.id}/sessions`, {}, other.bearer)).body;
  const content = script({ call: [{ name: "hidden", arguments: { message: "Hello" } }] }, { text: "done" });
  await app.post(`/v1/sessions/${session.id}/messages`, { message: { content } }, other.bearer);
  const address = `${app.url}/v1/sessions/${session.id}/events`;
  const control = new AbortController();
  let said = "";
  for await (const { type, data } of readStream(await fetch(address, { headers: other.bearer, signal: control.signal }))) {
    if (type === "tool.completed") said = String(data.error);
    if (type === "turn.completed") break;
  }
  control.abort();
  expect(said).toContain("There is no tool named hidden");
});
