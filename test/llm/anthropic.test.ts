import { expect, test } from "bun:test";
import { anthropicBody } from "@/llm/anthropic-request";
import type { LlmConnection, LlmMessage, LlmRequest } from "@/llm/llm";
import { eventStream, fakeProvider } from "../support/fake-provider";
import { hear, user, weather } from "../support/llm-calls";

const ask = (more: Partial<LlmRequest> = {}): LlmRequest => ({
  model: "claude-sonnet-4-6",
  instructions: "Be brief.",
  messages: [user("hi")],
  tools: [weather, { ...weather, name: "other" }],
  ...more,
});
const called: LlmMessage = {
  role: "assistant",
  content: [{ type: "tool_call", id: "functions.get:0", name: "get_weather", arguments: {} }],
};
const answered: LlmMessage = {
  role: "tool_result",
  content: [{ type: "tool_result", tool_call_id: "functions.get:0", result: 1, error: null }],
};
const breakpoints = (body: unknown) => JSON.stringify(body).split('"cache_control"').length - 1;

test("the cache has breakpoints at the tools, the instructions and the last two messages of the user's side", () => {
  const body = anthropicBody(ask({ messages: [user("one"), called, answered, user("two")] }));
  expect(breakpoints(body)).toBe(4);
  expect(breakpoints(body.tools?.[1])).toBe(1);
  expect(breakpoints(body.system)).toBe(1);
  expect(body.messages.map(breakpoints)).toEqual([0, 0, 1, 1]);
  expect(breakpoints(anthropicBody(ask({ instructions: "", tools: [] })))).toBe(1);
  expect(breakpoints(anthropicBody(ask({ purpose: "summary" })))).toBe(0);
});

test.each([
  ["claude-opus-4-6", "high", { thinking: { type: "adaptive", display: "summarized" }, output_config: { effort: "high" } }],
  ["claude-opus-5-5", "max", { thinking: { type: "adaptive", display: "summarized" }, output_config: { effort: "max" } }],
  ["anthropic/claude-sonnet-4.6", "minimal", { thinking: { type: "adaptive", display: "summarized" }, output_config: { effort: "low" } }],
  ["claude-sonnet-4-5-20250929", "medium", { thinking: { type: "enabled", budget_tokens: 8192 } }],
  ["claude-sonnet-4-20250514", "max", { thinking: { type: "enabled", budget_tokens: 32_000 - 1024 } }],
  ["claude-opus-4-1", "low", { thinking: { type: "enabled", budget_tokens: 2048 } }],
  ["claude-3-7-sonnet-latest", "high", { thinking: { type: "enabled", budget_tokens: 16_384 } }],
  ["claude-3-5-haiku-latest", "high", {}],
  ["claude-opus-4-6", "none", {}],
  ["claude-opus-4-6", undefined, {}],
])("%s asked for effort %p thinks as it can", (model, reasoningEffort, expected) => {
  const { thinking, output_config } = anthropicBody(ask({ model, reasoningEffort, outputLimit: 64_000 }));
  expect(JSON.parse(JSON.stringify({ thinking, output_config }))).toEqual(expected);
});

test("a budget leaves room for the answer, and a turn that began without a signed thought goes on without", () => {
  const model = "claude-sonnet-4-5";
  expect(anthropicBody(ask({ model, reasoningEffort: "high", maxTokens: 4000 })).thinking).toEqual({
    type: "enabled",
    budget_tokens: 2976,
  });
  expect(anthropicBody(ask({ model, reasoningEffort: "high", maxTokens: 1500 })).thinking).toBeUndefined();
  const messages = [user("one"), called, answered];
  expect(anthropicBody(ask({ model, reasoningEffort: "high", messages })).thinking).toBeUndefined();
  expect(anthropicBody(ask({ model, reasoningEffort: "high", messages: [...messages, user("two")] })).thinking).toBeDefined();
});

test("a limit is always sent, and a temperature not beside thinking", () => {
  expect(anthropicBody(ask()).max_tokens).toBe(8192);
  expect(anthropicBody(ask({ outputLimit: 4096 })).max_tokens).toBe(4096);
  expect(anthropicBody(ask({ outputLimit: 128_000 })).max_tokens).toBe(32_000);
  expect(anthropicBody(ask({ outputLimit: 4096, maxTokens: 10 })).max_tokens).toBe(10);
  expect(anthropicBody(ask({ temperature: 1.5 })).temperature).toBe(1);
  expect(anthropicBody(ask({ temperature: 0.5, reasoningEffort: "low" })).temperature).toBeUndefined();
  for (const model of ["claude-opus-4-7", "claude-sonnet-5-5"])
    expect(anthropicBody(ask({ model, temperature: 0.5 })).temperature).toBeUndefined();
  for (const model of ["claude-haiku-4-5", "claude-3-5-haiku-latest", "glm-5"]) {
    expect(anthropicBody(ask({ model, temperature: 0.5 })).temperature).toBe(0.5);
  }
});

test("results of one round stand in one message, ids of other providers become portable, what is empty is left out", () => {
  const failed: LlmMessage = { role: "tool_result", content: [{ type: "tool_result", tool_call_id: "b", result: null, error: "no" }] };
  const empty: LlmMessage = { role: "assistant", content: [{ type: "text", text: " " }] };
  const { messages } = anthropicBody(ask({ messages: [user("hi"), called, answered, failed, empty, user("more")] }));
  expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "user", "user"]);
  expect(messages[2]?.content).toMatchObject([
    { type: "tool_result", content: '{"result":1}' },
    { type: "tool_result", tool_use_id: "b", content: '{"error":"no"}', is_error: true },
  ]);
  const [use] = messages[1]!.content as unknown as [{ id: string }];
  const [result] = messages[2]!.content as unknown as [{ tool_use_id: string }];
  expect(use.id).toMatch(/^[a-zA-Z0-9_-]+$/);
  expect(result.tool_use_id).toBe(use.id);
});

test("a thought that came sealed as a whole goes back as it came", async () => {
  const events = [
    { type: "message_start", message: { usage: { input_tokens: 1, output_tokens: 1 } } },
    { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "signature_delta", signature: "c2ln" } },
    { type: "content_block_stop", index: 0 },
    { type: "content_block_start", index: 1, content_block: { type: "redacted_thinking", data: "b3BhcXVl" } },
    { type: "content_block_stop", index: 1 },
    { type: "content_block_start", index: 2, content_block: { type: "text", text: "Yes." } },
    { type: "content_block_stop", index: 2 },
    { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 5 } },
    { type: "message_stop" },
  ];
  await using provider = fakeProvider(() =>
    eventStream(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("")),
  );
  const connection: LlmConnection = { type: "anthropic", baseUrl: `${provider.url}/v1/messages`, apiKey: null, settings: {} };
  const { finished } = await hear(connection, ask());
  await hear(connection, ask({ messages: [user("hi"), { role: "assistant", content: finished.content }, user("and?")] }));
  expect(provider.asked[1]?.path).toBe("/v1/messages");
  const sent = provider.asked[1]?.body.messages as { content: unknown }[] | undefined;
  expect(sent?.[1]?.content).toEqual([
    { type: "thinking", thinking: "", signature: "c2ln" },
    { type: "redacted_thinking", data: "b3BhcXVl" },
    { type: "text", text: "Yes." },
  ]);
});
