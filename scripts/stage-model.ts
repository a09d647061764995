/** A step of an answer: what is thought, then said, then the tools that are called. */
export type StagedStep = {
  reasoning?: string;
  text?: string;
  call?: readonly { name: string; arguments: object }[];
};

type Asked = { messages: { role: string; content: unknown }[] };

/** As quick as a model at a provider: until its first word, and from one word to the next. */
const FIRST_MS = 420;
const WORD_MS = 12;

/**
 * A provider that speaks OpenAI's chat protocol and answers as it was told: `play(words, steps)` says what follows on a message of these
 * words, one step a model call.
 */
export function stageModel() {
  const scripts = new Map<string, readonly StagedStep[]>();
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      if (request.method === "GET") return Response.json({ object: "list", data: [{ id: "gpt-5", object: "model" }] });
      const { messages } = (await request.json()) as Asked;
      const place = messages.findLastIndex(({ role }) => role === "user");
      const answers = messages.slice(place).filter(({ role }) => role === "assistant").length;
      const step = scripts.get(textOf(messages[place]?.content))?.[answers] ?? { text: "Done." };
      return new Response(streamOf(written(step, JSON.stringify(messages).length)), { headers: { "content-type": "text/event-stream" } });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}/v1`,
    play(words: string, steps: readonly StagedStep[]): string {
      scripts.set(words, steps);
      return words;
    },
    [Symbol.dispose]: () => server.stop(true),
  };
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return Array.isArray(content) ? content.map(({ text }: { text?: string }) => text ?? "").join("\n\n") : "";
}

async function* written({ reasoning = "", text = "", call = [] }: StagedStep, askedLength: number): AsyncGenerator<string> {
  await Bun.sleep(FIRST_MS);
  for (const word of wordsOf(reasoning)) yield* later(chunk({ delta: { reasoning_content: word } }));
  for (const word of wordsOf(text)) yield* later(chunk({ delta: { content: word } }));
  const calls = call.map(({ name, arguments: given }, index) => ({
    index,
    id: `call_${Bun.randomUUIDv7()}`,
    type: "function",
    function: { name, arguments: JSON.stringify(given) },
  }));
  if (calls.length > 0) yield* later(chunk({ delta: { tool_calls: calls } }));
  yield chunk({ delta: {}, finish_reason: calls.length > 0 ? "tool_calls" : "stop" });
  const usage = {
    prompt_tokens: Math.round(askedLength / 4) + 900,
    completion_tokens: Math.round((reasoning.length + text.length + JSON.stringify(calls).length) / 4),
    completion_tokens_details: { reasoning_tokens: Math.round(reasoning.length / 4) },
  };
  yield frame({ choices: [], usage });
  yield "data: [DONE]\n\n";
}

function streamOf(texts: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await texts.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
  });
}

const wordsOf = (text: string): string[] => text.match(/\s*\S+/g) ?? [];

async function* later(text: string): AsyncGenerator<string> {
  await Bun.sleep(WORD_MS);
  yield text;
}

const frame = (fields: object): string => `data: ${JSON.stringify({ id: "c1", object: "chat.completion.chunk", ...fields })}\n\n`;
const chunk = (choice: object): string => frame({ choices: [{ index: 0, ...choice }] });
