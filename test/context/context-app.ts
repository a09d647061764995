import { expect } from "bun:test";
import { z } from "zod";
import { defineTool } from "@/agent-loop/tool";
import type { CapabilityDefinition } from "@/capabilities/catalog";
import { builtInCapabilities } from "@/capabilities/catalog";
import type { LlmModel } from "@/domain/llm-model";
import type { StreamedEvent } from "../support/client";
import { createModel } from "../support/create-model";
import { eventStream, fakeProvider } from "../support/fake-provider";
import { type TestApp, testApp } from "../support/test-app";

/** Pages of a book, as long as they are asked for. */
const library: CapabilityDefinition = {
  id: "library",
  name: "Library",
  description: "",
  status: "available",
  icon: "book",
  category: "Testing",
  prompt: "You have a library.",
  tools: [
    defineTool({
      name: "read_page",
      description: "Read a page.",
      input: z.object({ page: z.int(), characters: z.int() }),
      effect: "pure",
      run: ({ page, characters }) => pageText(page, characters),
    }),
  ],
};

/** Every part of it says where it is from. */
export const pageText = (page: number, characters: number): string =>
  Array.from({ length: Math.ceil(characters / 9) }, (_, line) => `${page}:${String(line).padStart(6, "0")} `)
    .join("")
    .slice(0, characters);

export async function contextApp(options: Parameters<typeof testApp>[0] = {}): Promise<TestApp> {
  const app = await testApp({ capabilities: [...builtInCapabilities, library], ...options });
  const [provider] = (await app.get<{ id: string }[]>("/v1/llm-providers")).body;
  await app.call("PATCH", `/v1/llm-providers/${provider!.id}`, { settings: { delay_ms: 0 } });
  return app;
}

/** Tells the simulated model how much it can read, and gives an agent that has the library. */
export async function smallModelSession(app: TestApp, window: number) {
  const models = (await app.get<LlmModel[]>("/v1/llm-models")).body;
  await app.call("PATCH", `/v1/llm-models/${models.find(({ model_id }) => model_id === "simulated-1")!.id}`, { context_window: window });
  return app.createSession((await app.createAgent({ capabilities: ["library"] })).id);
}

export const readPage = (page: number, characters: number) => ({ call: [{ name: "read_page", arguments: { page, characters } }] });
export const script = (...steps: unknown[]): string => `\`\`\`simulate\n${JSON.stringify(steps)}\n\`\`\``;

export const compactionsIn = (events: readonly StreamedEvent[]) =>
  events.filter(({ type }) => type === "context.compacted").map(({ data }) => data as Compacted);
type Compacted = {
  turn_id: string;
  model: string | null;
  provider: string | null;
  from_sequence: number;
  to_sequence: number;
  summary: string;
  tokens_before: number;
  tokens_after: number;
  usage: { input_tokens: number; output_tokens: number };
};

export type Sent = {
  messages: { role: string; content: string | null; tool_calls?: { id: string; function: { name: string } }[]; tool_call_id?: string }[];
  tools?: { function: { name: string } }[];
};
export type Reply = Response | { text: string } | { call: { name: string; arguments: unknown } };

export const isSummary = ({ messages }: Sent): boolean => messages[0]!.content!.startsWith("You are given the older part");

/** A model behind OpenAI's chat protocol, which answers as `reply` says. Every request that reaches it is sound. */
export async function bookModel(app: TestApp, reply: (sent: Sent, count: number) => Reply, fields: object = {}) {
  const sent: Sent[] = [];
  const texts: string[] = [];
  const provider = fakeProvider(({ body, text }) => {
    const asked = body as Sent;
    sent.push(asked);
    texts.push(text);
    const answer = reply(asked, sent.length);
    return answer instanceof Response ? answer : toStream(answer, text.length, sent.length);
  });
  const model = await createModel(app, "Book", provider.url, fields);
  const agent = await app.createAgent({ capabilities: ["library"], default_model_id: model });
  const expectSound = () => {
    for (const { messages } of sent) {
      const calls = messages.flatMap(({ tool_calls = [] }) => tool_calls.map(({ id }) => id));
      const results = messages.flatMap(({ tool_call_id }) => tool_call_id ?? []);
      expect(results).toEqual(calls);
    }
  };
  return { agent, model, sent, texts, expectSound, [Symbol.asyncDispose]: () => provider[Symbol.asyncDispose]() };
}

/** From its second request on, a hundred tokens are said to come from the cache. */
function toStream(answer: Exclude<Reply, Response>, characters: number, count: number): Response {
  const called = (name: string, given: unknown) => [
    { index: 0, id: `call_${count}`, type: "function", function: { name, arguments: JSON.stringify(given) } },
  ];
  const delta = "text" in answer ? { content: answer.text } : { tool_calls: called(answer.call.name, answer.call.arguments) };
  const finish_reason = "text" in answer ? "stop" : "tool_calls";
  const chunks = [{ delta: { role: "assistant", ...delta } }, { delta: {}, finish_reason }].map((choice) =>
    JSON.stringify({ id: "c1", object: "chat.completion.chunk", choices: [{ index: 0, ...choice }] }),
  );
  const usage = {
    prompt_tokens: Math.ceil(characters / 4),
    completion_tokens: 10,
    prompt_tokens_details: { cached_tokens: count > 1 ? 100 : 0 },
  };
  return eventStream([...chunks, JSON.stringify({ id: "c1", choices: [], usage }), "[DONE]"].map((data) => `data: ${data}\n\n`).join(""));
}
