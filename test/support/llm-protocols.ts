import type { LlmConnection } from "@/llm/llm";

export const testKey = "test-key-0123456789abcdef";

type Finish = "stop" | "length" | "refusal" | "content_filter";
type Call = { id?: string; name: string; pieces: string[] };

/** One wire protocol as the behaviour matrix sees it: how to connect, and what its streams look like. */
export type Protocol = {
  name: string;
  model: string;
  /** The name that signed reasoning carries, where the protocol has any. */
  driver: string;
  path: string;
  connect(url: string): LlmConnection;
  /** A whole answer: text, then tool calls, then the end. */
  frames(answer: { text?: string[]; calls?: Call[]; finish?: Finish }): string[];
  /** How many of the frames, at the end, say that the answer is complete. */
  endFrames: number;
  /** An error object in the middle of a stream. */
  errorFrame: string;
  /** What the finish reasons of `frames` are read as; a protocol need not know all of them. */
  finishes: Partial<Record<Finish, string>>;
  usageFrames: string[];
};

const data = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const named = (value: { type: string }): string => `event: ${value.type}\n${data(value)}`;

const connection = (type: LlmConnection["type"], baseUrl: string, settings: LlmConnection["settings"] = {}): LlmConnection => ({
  type,
  baseUrl,
  apiKey: testKey,
  settings,
});

const chatFinish = { stop: "stop", length: "length", content_filter: "content_filter", refusal: "stop" };
const chunk = (delta: unknown, finish_reason: string | null = null) =>
  data({ id: "c", object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason }] });

const chat = {
  driver: "openai_chat",
  endFrames: 2,
  frames({ text = [], calls = [], finish = "stop" }) {
    const field = finish === "refusal" ? "refusal" : "content";
    return [
      chunk({ role: "assistant", content: "" }),
      ...text.map((delta) => chunk({ [field]: delta })),
      ...calls.flatMap(({ id, name, pieces }, index) => [
        chunk({ tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }] }),
        ...pieces.map((piece) => chunk({ tool_calls: [{ index, function: { arguments: piece } }] })),
      ]),
      chunk({}, calls.length > 0 ? "tool_calls" : chatFinish[finish]),
      "data: [DONE]\n\n",
    ];
  },
  errorFrame: data({ error: { message: "The server is overloaded", type: "overloaded_error", code: 503 } }),
  finishes: { stop: "stop", length: "length", refusal: "refusal", content_filter: "content_filter" },
  usageFrames: [
    chunk({ content: "Hi" }),
    chunk({}, "stop"),
    data({
      choices: [],
      usage: {
        prompt_tokens: 100,
        completion_tokens: 20,
        prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 10 },
        completion_tokens_details: { reasoning_tokens: 5 },
      },
    }),
    "data: [DONE]\n\n",
  ],
} satisfies Partial<Protocol>;

const responsesUsage = {
  input_tokens: 100,
  output_tokens: 20,
  input_tokens_details: { cached_tokens: 60, cache_write_tokens: 10 },
  output_tokens_details: { reasoning_tokens: 5 },
};
const responsesEnd = (details: object = {}) =>
  named({ type: "response.completed", ...{ response: { status: "completed", usage: responsesUsage, ...details } } });

const openAiResponses: Protocol = {
  name: "openai responses",
  model: "gpt-5",
  driver: "openai_responses",
  endFrames: 1,
  path: "/v1/responses",
  connect: (url) => connection("openai", `${url}/v1`, { api: "responses" }),
  frames({ text = [], calls = [], finish = "stop" }) {
    const kind = finish === "refusal" ? "response.refusal.delta" : "response.output_text.delta";
    const reason = finish === "length" ? "max_output_tokens" : finish === "content_filter" ? "content_filter" : undefined;
    return [
      ...text.map((delta) => named({ type: kind, ...{ output_index: 0, delta } })),
      ...calls.flatMap(({ id, name, pieces }, index) => [
        named({
          type: "response.output_item.added",
          ...{ output_index: index + 1, item: { type: "function_call", call_id: id, name, arguments: "" } },
        }),
        ...pieces.map((delta) => named({ type: "response.function_call_arguments.delta", ...{ output_index: index + 1, delta } })),
      ]),
      reason === undefined
        ? responsesEnd()
        : named({
            type: "response.incomplete",
            ...{ response: { status: "incomplete", incomplete_details: { reason }, usage: responsesUsage } },
          }),
    ];
  },
  errorFrame: named({
    type: "response.failed",
    ...{ response: { error: { code: "server_overloaded", message: "The server is overloaded" } } },
  }),
  finishes: { stop: "stop", length: "length", refusal: "refusal", content_filter: "content_filter" },
  usageFrames: [named({ type: "response.output_text.delta", ...{ output_index: 0, delta: "Hi" } }), responsesEnd()],
};

const block = (index: number, start: object, deltas: object[]) => [
  named({ type: "content_block_start", ...{ index, content_block: start } }),
  ...deltas.map((delta) => named({ type: "content_block_delta", ...{ index, delta } })),
  named({ type: "content_block_stop", ...{ index } }),
];
const messagesStart = named({
  type: "message_start",
  ...{ message: { usage: { input_tokens: 30, cache_read_input_tokens: 60, cache_creation_input_tokens: 10, output_tokens: 1 } } },
});
const messagesEnd = (stop_reason: string) => [
  named({
    type: "message_delta",
    ...{ delta: { stop_reason }, usage: { output_tokens: 20, output_tokens_details: { thinking_tokens: 5 } } },
  }),
  named({ type: "message_stop" }),
];
const anthropicStop = { stop: "end_turn", length: "max_tokens", refusal: "refusal", content_filter: "refusal" };

const anthropic: Protocol = {
  name: "anthropic",
  model: "claude-opus-4-6",
  driver: "anthropic",
  endFrames: 2,
  path: "/v1/messages",
  connect: (url) => connection("anthropic", url),
  frames({ text = [], calls = [], finish = "stop" }) {
    return [
      messagesStart,
      ...(text.length > 0
        ? block(
            0,
            { type: "text", text: "" },
            text.map((piece) => ({ type: "text_delta", text: piece })),
          )
        : []),
      ...calls.flatMap(({ id, name, pieces }, index) =>
        block(
          index + 1,
          { type: "tool_use", id, name, input: {} },
          pieces.map((partial_json) => ({ type: "input_json_delta", partial_json })),
        ),
      ),
      ...messagesEnd(calls.length > 0 ? "tool_use" : anthropicStop[finish]),
    ];
  },
  errorFrame: `event: error\n${data({ type: "error", error: { type: "overloaded_error", message: "The server is overloaded" } })}`,
  finishes: { stop: "stop", length: "length", refusal: "refusal" },
  usageFrames: [messagesStart, ...block(0, { type: "text", text: "" }, [{ type: "text_delta", text: "Hi" }]), ...messagesEnd("end_turn")],
};

export const protocols: readonly Protocol[] = [
  openAiResponses,
  { ...chat, name: "openai chat", model: "qwen3", path: "/v1/chat/completions", connect: (url) => connection("custom", `${url}/v1`) },
  { ...chat, name: "azure", model: "my-gpt", path: "/openai/v1/chat/completions", connect: (url) => connection("azure_openai", url) },
  {
    ...chat,
    name: "azure, dated",
    model: "my-gpt",
    path: "/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21",
    connect: (url) => connection("azure_openai", url, { api_version: "2024-10-21" }),
  },
  anthropic,
];
