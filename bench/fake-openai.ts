/**
 * A model server that costs as little as possible, for measuring what is around it: `bun bench/fake-openai.ts` prints its port.
 * Offered tools, it calls the first one; given a tool's result, it answers with 20 pieces of text. Each answer leaves in one write.
 */
const PIECES = 20;
const SSE = { headers: { "content-type": "text/event-stream" } };

const chunk = (fields: object): string =>
  `data: ${JSON.stringify({ id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "fast", ...fields })}\n\n`;
const choice = (delta: object, finish_reason: string | null = null) => chunk({ choices: [{ index: 0, delta, finish_reason }] });
const end = `${chunk({ choices: [], usage: { prompt_tokens: 10, completion_tokens: PIECES, total_tokens: 10 + PIECES } })}data: [DONE]\n\n`;
const begin = choice({ role: "assistant", content: "" });

const answer = begin + choice({ content: "word " }).repeat(PIECES) + choice({}, "stop") + end;
const callOf = (id: number, name: string): string => {
  const call = { index: 0, id: `call_${id}`, type: "function", function: { name, arguments: "{}" } };
  return begin + choice({ tool_calls: [call] }) + choice({}, "tool_calls") + end;
};

type Asked = { messages: { role: string }[]; tools?: { function: { name: string } }[] };

let calls = 0;
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  async fetch(request) {
    const { messages, tools } = (await request.json()) as Asked;
    const tool = messages.at(-1)?.role === "tool" ? undefined : tools?.[0];
    return new Response(tool ? callOf(++calls, tool.function.name) : answer, SSE);
  },
});
console.log(server.port);
