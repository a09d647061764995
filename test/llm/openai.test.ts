import { expect, test } from "bun:test";
import type { LlmConnection, LlmMessage } from "@/llm/llm";
import { openAiEndpoint } from "@/llm/openai-client";
import { eventStream, fakeProvider } from "../support/fake-provider";
import { failureOf, hear, partsOf, user } from "../support/llm-calls";

const connect = (type: LlmConnection["type"], baseUrl: string | null, settings: LlmConnection["settings"] = {}): LlmConnection => ({
  type,
  baseUrl,
  apiKey: "test-key-0123456789abcdef",
  settings,
});
const ask = (model: string, messages: LlmMessage[] = [user("hi")]) => ({ model, instructions: "", messages, tools: [] });
const chunks = (...deltas: object[]) =>
  eventStream(
    [
      ...deltas.map((delta) => ({ choices: [{ index: 0, delta, finish_reason: null }] })),
      { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
    ]
      .map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`)
      .join(""),
  );

test.each([
  ["openai", null, {}, "responses", "https://api.openai.com/v1"],
  ["openai", null, { api: "chat_completions" }, "chat_completions", "https://api.openai.com/v1"],
  ["openai", "https://gateway.example/v1/", {}, "chat_completions", "https://gateway.example/v1"],
  ["openai", "https://gateway.example/v1/responses", { api: "responses" }, "responses", "https://gateway.example/v1"],
  ["custom", "http://localhost:8000", {}, "chat_completions", "http://localhost:8000/v1"],
  ["custom", "https://openrouter.ai/api/v1/chat/completions", {}, "chat_completions", "https://openrouter.ai/api/v1"],
  ["ollama", null, {}, "chat_completions", "http://127.0.0.1:11434/v1"],
  ["ollama", "http://gpu:11434/", {}, "chat_completions", "http://gpu:11434/v1"],
  ["azure_openai", "https://x.openai.azure.com", {}, "chat_completions", "https://x.openai.azure.com/openai/v1"],
  ["azure_openai", "https://x.openai.azure.com/openai/v1/", { api: "responses" }, "responses", "https://x.openai.azure.com/openai/v1"],
  ["azure_openai", "https://x.openai.azure.com/", { api_version: "2024-10-21" }, "chat_completions", "https://x.openai.azure.com/openai"],
  [
    "azure_openai",
    "https://x.openai.azure.com/openai/deployments/d/chat/completions?api-version=2025-01-01-preview",
    {},
    "chat_completions",
    "https://x.openai.azure.com/openai",
  ],
] as const)("%s at %p with %p speaks %s at %s", (type, baseUrl, settings, api, base) => {
  expect(openAiEndpoint(connect(type, baseUrl, settings))).toMatchObject({ api, baseUrl: base });
});

test("Azure without an address says what to set", async () => {
  const failure = await failureOf(hear(connect("azure_openai", null), ask("gpt")));
  expect(failure).toMatchObject({ code: "bad_request", retryable: false });
  expect(failure.message).toContain("base_url");
});

test("calls without numbers, or all with the number 0, are told apart", async () => {
  const call = (more: object, name: string, given: string) => ({ tool_calls: [{ ...more, function: { name, arguments: given } }] });
  for (const deltas of [
    [call({ id: "a" }, "one", '{"x":1}'), call({ id: "b" }, "two", '{"x":2}')],
    [call({ index: 0, id: "a" }, "one", '{"x":1}'), call({ index: 0, id: "b" }, "two", '{"x":2}')],
    [call({ index: 0 }, "one", '{"x":1}'), call({ index: 0 }, "two", '{"x":2}')],
    [
      call({ index: 0, id: "a" }, "one", '{"x"'),
      { tool_calls: [{ index: 0, function: { name: "one", arguments: ":1}" } }] },
      call({ index: 1 }, "two", '{"x":2}'),
    ],
  ]) {
    await using provider = fakeProvider(() => chunks(...deltas));
    const heard = await hear(connect("custom", provider.url), ask("llama"));
    expect(partsOf(heard, "tool_call").map(({ name, arguments: given }) => [name, given])).toEqual([
      ["one", { x: 1 }],
      ["two", { x: 2 }],
    ]);
    expect(heard.finished.finishReason).toBe("tool_calls");
  }
});

test("thoughts go back under the name they came with, during the turn only", async () => {
  await using provider = fakeProvider(() =>
    chunks(
      { reasoning: "Let me " },
      { reasoning: "look." },
      { tool_calls: [{ index: 0, id: "c", function: { name: "look", arguments: "{}" } }] },
    ),
  );
  const heard = await hear(connect("custom", provider.url), ask("gpt-oss"));
  expect(heard.reasoning).toBe("Let me look.");
  const turn: LlmMessage[] = [
    user("hi"),
    { role: "assistant", content: heard.finished.content },
    { role: "tool_result", content: [{ type: "tool_result", tool_call_id: "c", result: 1, error: null }] },
  ];
  await hear(connect("custom", provider.url), ask("gpt-oss", turn));
  expect(provider.asked[1]?.body.messages).toMatchObject([{}, { role: "assistant", content: null, reasoning: "Let me look." }, {}]);
  await hear(connect("custom", provider.url), ask("gpt-oss", [...turn, user("and now?")]));
  expect(provider.asked[2]?.text).not.toContain("Let me look.");
});

test("an answer that is not streamed, and an error with status 200, are told apart", async () => {
  await using whole = fakeProvider(() => Response.json({ choices: [{ message: { content: "hi" } }] }));
  expect(await failureOf(hear(connect("custom", whole.url), ask("m")))).toMatchObject({ code: "bad_response", retryable: false });
  await using error = fakeProvider(() =>
    Response.json({ error: { code: 429, message: "Provider returned error", metadata: { raw: "Too busy" } } }),
  );
  const failure = await failureOf(hear(connect("custom", error.url), ask("m")));
  expect(failure).toMatchObject({ code: "rate_limited", retryable: true });
  expect(failure.message).toContain("Too busy");
});

test("an empty answer is an answer, no choices are none", async () => {
  await using empty = fakeProvider(() => chunks());
  expect((await hear(connect("custom", empty.url), ask("m"))).finished).toMatchObject({ content: [], finishReason: "stop" });
  await using none = fakeProvider(() => eventStream('data: {"choices":[]}\n\ndata: [DONE]\n\n'));
  expect(await failureOf(hear(connect("custom", none.url), ask("m")))).toMatchObject({ code: "bad_response", retryable: true });
});

test("a limit has the name that the server knows", async () => {
  await using provider = fakeProvider(() => chunks({ content: "ok" }));
  await hear(connect("custom", provider.url), { ...ask("m"), maxTokens: 10 });
  await hear(connect("azure_openai", provider.url), { ...ask("m"), maxTokens: 10 });
  expect(provider.asked[0]?.body).toMatchObject({ max_tokens: 10 });
  expect(provider.asked[1]?.body).toMatchObject({ max_completion_tokens: 10 });
});

test("the Responses API is asked to keep nothing, and for sealed reasoning of models that reason", async () => {
  const done = `event: response.completed\ndata: ${JSON.stringify({ type: "response.completed", response: { status: "completed" } })}\n\n`;
  await using provider = fakeProvider(() => eventStream(done));
  const responses = connect("openai", provider.url, { api: "responses" });
  await hear(responses, ask("gpt-5.1"));
  await hear(responses, ask("gpt-4o"));
  await hear(responses, { ...ask("my-deployment"), reasoningEffort: "low" });
  const [reasoning, plain, asked] = provider.asked.map(({ body }) => body);
  expect(reasoning).toMatchObject({ store: false, include: ["reasoning.encrypted_content"], reasoning: { summary: "auto" } });
  expect(plain).toMatchObject({ store: false });
  expect(plain).not.toHaveProperty("reasoning");
  expect(plain).not.toHaveProperty("include");
  expect(asked).toMatchObject({ include: ["reasoning.encrypted_content"], reasoning: { effort: "low", summary: "auto" } });
});

test("a sealed thought is sent only to its own host, and only with what it led to", async () => {
  const item = { type: "reasoning", id: "rs_1", summary: [{ type: "summary_text", text: "Hm." }], encrypted_content: "sealed" };
  const events = [
    { type: "response.reasoning_summary_text.delta", output_index: 0, summary_index: 0, delta: "Hm." },
    { type: "response.output_item.done", output_index: 0, item },
    { type: "response.output_text.delta", output_index: 1, delta: "Yes." },
    { type: "response.completed", response: { status: "completed" } },
  ];
  const script = () => eventStream(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(""));
  await using provider = fakeProvider(script);
  await using other = fakeProvider(script);
  const { content } = (await hear(connect("openai", provider.url, { api: "responses" }), ask("gpt-5"))).finished;
  const next = (parts: LlmMessage["content"]) => ask("gpt-5", [user("hi"), { role: "assistant", content: parts }, user("and?")]);
  await hear(connect("openai", provider.url, { api: "responses" }), next(content));
  expect(provider.asked[1]?.body.input).toMatchObject([{ role: "user" }, item, { role: "assistant", content: "Yes." }, { role: "user" }]);
  await hear(connect("openai", provider.url, { api: "responses" }), next(content.slice(0, 1)));
  await hear(connect("openai", other.url, { api: "responses" }), next(content));
  for (const asked of [provider.asked[2], other.asked[0]]) expect(asked?.text).not.toContain("sealed");
});

test("OpenAI is told which session a prompt belongs to, and other servers that speak chat completions are not", async () => {
  await using provider = fakeProvider(({ path }) =>
    path.endsWith("/responses")
      ? eventStream('data: {"type":"response.completed","response":{"output":[]}}\n\n')
      : chunks({ content: "hi" }),
  );
  const request = { ...ask("gpt-5.1"), cacheKey: "session-1" };
  await hear(connect("openai", provider.url, { api: "responses" }), request);
  await hear(connect("openai", provider.url), request);
  expect(provider.asked.map(({ body }) => body.prompt_cache_key)).toEqual(["session-1", undefined]);
  // The same request is the same bytes.
  await hear(connect("openai", provider.url, { api: "responses" }), request);
  expect(provider.asked[2]!.text).toBe(provider.asked[0]!.text);
});
