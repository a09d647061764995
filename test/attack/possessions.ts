import { scripted } from "../support/chromium";
import { endsTurn } from "../support/client";
import { type Documented, filled } from "../support/documented-routes";
import type { Person } from "../support/people";
import { rightBody } from "../support/wrong-values";
import { MADE_UP_ID } from "./attack-class";
import type { World } from "./world";

/** Ids by what the document's paths call them. */
export type Things = Readonly<Record<string, string>>;

type Made = { id: string };

export async function make(person: Person, path: string, body: unknown): Promise<string> {
  const { status, body: made } = await person.post<Made>(path, body);
  if (status !== 201) throw new Error(`${path}: ${status} ${JSON.stringify(made)}`);
  return made.id;
}

/** Something of each kind that a person can have: an agent with a session in which something was said, a file, a key and a waiting call. */
export async function possessionsOf(person: Person, visibility: "private" | "shared" = "private"): Promise<Things> {
  const fields = { visibility, capabilities: ["test_math"], tool_policies: { add: "requires_approval" } };
  const agent = await person.createAgent(fields);
  return { ...(await saidIn(person, agent.id)), key_id: await make(person, "/api/auth/api-keys", { name: "key" }) };
}

export async function saidIn(person: Person, agentId: string): Promise<Things> {
  const session = await person.createSession(agentId);
  const message = await person.say(session, "hello");
  await person.follow(session, endsTurn(message.turn_id));
  await person.call("PUT", `${session.path}/fs/file.txt`, { content: "a secret of mine" });
  await person.say(session, scripted("add", [{ call: [{ name: "add", arguments: { a: 1, b: 2 } }] }]));
  const events = await person.follow(session, ({ type, data }) => type === "session.updated" && data.status === "waiting");
  const asked = events.find(({ type }) => type === "approval.requested");
  const approval = String(asked?.data.approval_id ?? MADE_UP_ID);
  return {
    agent_id: agentId,
    session_id: session.id,
    message_id: message.id,
    turn_id: message.turn_id,
    approvals: approval,
    approval_id: approval,
    path: "file.txt",
  };
}

/** What an admin has set up for everyone. */
export async function sharedThings({ admin, full }: World): Promise<Things> {
  const [model] = (await admin.get<{ id: string; provider_id: string }[]>("/v1/llm-models")).body;
  const spare = { email: "spare@example.com", password: "the password of the spare", name: "Spare" };
  // Those who are there already are refused, which is as good.
  await full.post("/api/auth/register", spare);
  const users = (await admin.get<{ items: Made[] }>("/v1/users?search=spare@")).body.items;
  return {
    provider_id: model!.provider_id,
    model_id: model!.id,
    capability_id: "noop",
    provider: "google",
    version: "1",
    users: users[0]!.id,
    mcp_server_id: await make(admin, "/v1/mcp-servers", { name: crypto.randomUUID().slice(0, 8), url: "http://127.0.0.1:1/mcp" }),
  };
}

/** Calls a route with a right body, and answers its status and its code. What streams is let go of. */
export async function callRoute(
  { document, full }: World,
  route: Documented,
  things: Things,
  headers: Record<string, string>,
): Promise<{ status: number; code: string | undefined }> {
  const path = filled(route.path, (meaning, name) => things[meaning] ?? things[name] ?? MADE_UP_ID);
  const address = route.queries.some(({ name }) => name === "q") ? `${path}?q=hello` : path;
  const body = route.body ? JSON.stringify(rightBody(document, route.body)) : undefined;
  const control = new AbortController();
  const response = await fetch(full.url + address, {
    method: route.method,
    headers: { ...(body ? { "content-type": "application/json" } : {}), ...headers },
    ...(body ? { body } : {}),
    redirect: "manual",
    signal: control.signal,
  });
  const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
  const { code } = isJson ? ((await response.json()) as { code?: string }) : {};
  control.abort();
  return { status: response.status, code };
}
