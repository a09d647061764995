import { expect, test } from "bun:test";
import type { Message } from "@/domain/message";
import { endsTurn } from "../support/client";
import { type ContractApp, contractApp, NOT_FOR_CLIENTS, TIME, UNKNOWN_ID, UUID } from "../support/contract-app";

type List = { items: Message[]; data: Message[]; total: number };

const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** A session, and a way to post to it that waits for the answer. */
async function conversation(app: ContractApp) {
  const session = await app.createSession((await app.createAgent()).id);
  const post = async (body: unknown, status = 201) => {
    const answer = (await app.expect<Message>(`POST ${session.path}/messages`, status, body)).body;
    if (status === 201) await app.follow(session, endsTurn(answer.turn_id));
    return answer;
  };
  return { session, post };
}

test("a message is a whole message from the moment it is accepted", async () => {
  await using app = await contractApp();
  const { session, post } = await conversation(app);
  const message = await post({
    message: { role: "user", content: [{ type: "text", text: "hello" }] },
    metadata: { a: [1, { b: null }] },
    tags: ["x"],
  });
  expect(message).toEqual({
    id: expect.stringMatching(UUID),
    session_id: session.id,
    turn_id: expect.stringMatching(UUID),
    sequence: 1,
    role: "user",
    content: [{ type: "text", text: "hello" }],
    tool_calls: null,
    tool_call_id: null,
    controls: null,
    metadata: { a: [1, { b: null }] },
    tags: ["x"],
    usage: null,
    created_at: expect.stringMatching(TIME),
  });
  expect((await app.expect<Message>(`GET ${session.path}/messages/${message.id}`, 200)).body).toEqual(message);
});

test.each<[string, unknown]>([
  ["the envelope with parts", { message: { content: [{ type: "text", text: "hi there" }] } }],
  ["the envelope with a string", { message: { role: "user", content: "hi there" } }],
  ["the envelope with {text}", { message: { content: { text: "hi there" } } }],
  ["the older form with {text}", { role: "user", content: { text: "hi there" } }],
  ["the older form with a string", { content: "hi there" }],
  ["the older form with parts", { role: "user", content: [{ type: "text", text: "hi there" }] }],
  ["the envelope with every option null", { message: { content: "hi there" }, controls: null, metadata: null, tags: null }],
])("%s says the same", async (_, body) => {
  await using app = await contractApp();
  const { post } = await conversation(app);
  expect(await post(body)).toMatchObject({
    role: "user",
    content: [{ type: "text", text: "hi there" }],
    controls: null,
    metadata: null,
    tags: [],
  });
});

test("images are kept as they came, beside text or alone", async () => {
  await using app = await contractApp();
  const { session, post } = await conversation(app);
  const parts = [
    { type: "text", text: "what is this?" },
    { type: "image", base64: PIXEL, media_type: "image/png" },
    { type: "image", url: `data:image/png;base64,${PIXEL}` },
    { type: "image", url: "https://example.com/a.png" },
  ];
  expect((await post({ message: { content: parts } })).content).toEqual(parts as Message["content"]);
  await post({ message: { content: [{ type: "image", base64: PIXEL, media_type: "image/png" }] } });
  expect((await app.messages(session)).map(({ role }) => role)).toEqual(["user", "assistant", "user", "assistant"]);
});

test.each<[string, unknown, string]>([
  ["nothing", {}, "message is required"],
  ["an empty string", { message: { content: "" } }, "message.content must not be empty"],
  ["blanks", { content: " \n " }, "content must not be empty"],
  ["an empty text part", { message: { content: [{ type: "text", text: "" }] } }, "message.content must not be empty"],
  ["an empty {text}", { content: { text: "" } }, "content must not be empty"],
  ["no parts", { message: { content: [] } }, "message.content must not be empty"],
  [
    "another role",
    { message: { role: "assistant", content: "x" } },
    "message.role must be user: the other roles are written by the server",
  ],
  ["another role, in the older form", { role: "system", content: "x" }, "role must be user: the other roles are written by the server"],
  [
    "a tool call",
    { message: { content: [{ type: "tool_call", id: "1", name: "n", arguments: {} }] } },
    "message.content.0.type must be text or image",
  ],
  ["a part without text", { message: { content: [{ type: "text" }] } }, "message.content.0.text is required"],
  ["an image without a source", { message: { content: [{ type: "image" }] } }, "message.content.0 needs either url or base64"],
  [
    "an image with two sources",
    { content: [{ type: "image", url: "https://a.b", base64: PIXEL, media_type: "image/png" }] },
    "content.0 needs either url or base64",
  ],
  ["an image without its type", { content: [{ type: "image", base64: PIXEL }] }, "content.0 needs media_type beside base64"],
  [
    "a page as an image",
    { content: [{ type: "image", base64: PIXEL, media_type: "text/html" }] },
    "content.0 must have the media_type of an image, such as image/png",
  ],
  [
    "an image that is not base64",
    { content: [{ type: "image", base64: `data:image/png;base64,${PIXEL}`, media_type: "image/png" }] },
    "content.0 must have base64 without a prefix, blanks or line breaks",
  ],
  [
    "an image in a file",
    { content: [{ type: "image", url: "file:///etc/passwd" }] },
    "content.0 must have an http, https or data:image address",
  ],
  [
    "a script as an image",
    { content: [{ type: "image", url: "javascript:alert(1)" }] },
    "content.0 must have an http, https or data:image address",
  ],
  ["a hot temperature", { message: { content: "x" }, controls: { temperature: 2.1 } }, "controls.temperature must be at most 2"],
  ["half a token", { content: "x", controls: { max_tokens: 0.5 } }, "controls.max_tokens must be a whole number"],
  [
    "an unknown wish",
    { content: "x", controls: { when_busy: "panic" } },
    "controls.when_busy must be one of enqueue, reject, interrupt, steer",
  ],
  [
    "a key that is too long",
    { content: "x", metadata: { ["k".repeat(129)]: 1 } },
    "metadata has a key that must have at most 128 characters",
  ],
])("%s is refused, and nothing is kept", async (_, body, words) => {
  await using app = await contractApp();
  const { session, post } = await conversation(app);
  expect(await post(body, 400)).toMatchObject({ error: words, code: "validation_error" } as object);
  expect((await app.expect<List>(`GET ${session.path}/messages`, 200)).body.total).toBe(0);
  expect((await app.expect<{ total: number }>(`GET ${session.path}/events/list`, 200)).body.total).toBe(0);
});

test("what a client may not say is ignored", async () => {
  await using app = await contractApp();
  const { session, post } = await conversation(app);
  const message = await post({
    ...NOT_FOR_CLIENTS,
    message: { ...NOT_FOR_CLIENTS, content: "x", tool_calls: [], tool_call_id: "1" },
    status: "failed",
  });
  expect(message).toMatchObject({ session_id: session.id, sequence: 1, usage: null, tool_calls: null, tool_call_id: null });
  expect([message.id, message.turn_id]).not.toContain(UNKNOWN_ID);
  expect(message.created_at).not.toStartWith("2001");
  const raw = '{"content":"x","metadata":{"__proto__":{"polluted":1},"constructor":{"a":1},"kept":1}}';
  const polluting = (await app.expect<Message>(`POST ${session.path}/messages`, 201, raw, { "content-type": "application/json" })).body;
  expect(polluting.metadata).toMatchObject({ kept: 1 });
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test("64 levels of JSON and a body of almost 1 MiB are taken", async () => {
  await using app = await contractApp();
  const { session, post } = await conversation(app);
  const deep = `{"content":"deep","metadata":{"a":${"[".repeat(62)}1${"]".repeat(62)}}}`;
  await app.expect(`POST ${session.path}/messages`, 201, deep, { "content-type": "application/json" });
  const text = "ä".repeat(500_000);
  expect((await post({ message: { content: text } })).content).toEqual([{ type: "text", text }]);
});

test("the list is the conversation in order, in pages", async () => {
  await using app = await contractApp();
  const { session, post } = await conversation(app);
  await post({ content: "one" });
  await post({ content: "two" });
  const list = async (query = "") => (await app.expect<List>(`GET ${session.path}/messages${query}`, 200)).body;
  const all = await list();
  expect(all.items.map(({ role }) => role)).toEqual(["user", "assistant", "user", "assistant"]);
  expect(all.data).toEqual(all.items);
  expect(all.items.map(({ sequence }) => sequence)).toEqual(all.items.map(({ sequence }) => sequence).toSorted((a, b) => a - b));
  const page = await list("?offset=1&limit=2");
  expect([page.items, page.total]).toEqual([all.items.slice(1, 3), 4]);
});

test("a tool's call and its result are messages too, in a form that the document describes", async () => {
  await using app = await contractApp();
  const session = await app.createSession((await app.createAgent({ capabilities: ["test_math"] })).id);
  await app.ask(session, "what is 6 times 7?");
  const { items } = (await app.expect<List>(`GET ${session.path}/messages`, 200)).body;
  const call = items.find(({ tool_calls }) => tool_calls !== null)!;
  const result = items.find(({ role }) => role === "tool_result")!;
  expect(call).toMatchObject({ role: "assistant", tool_calls: [{ name: "multiply", arguments: { a: 6, b: 7 } }] });
  expect(result.tool_call_id).toBe(call.tool_calls![0]!.id);
  expect(result.content).toMatchObject([
    { type: "tool_result", tool_call_id: call.tool_calls![0]!.id, result: { result: 42 }, error: null },
  ]);
  await app.expect(`GET ${session.path}/events/list?limit=1000`, 200);
  await app.expect(`GET ${session.path}/turns`, 200);
});
