type Seen = { path: string; authorization: string | null; body: { model?: string; max_tokens?: number } | null };

/** A server that speaks just enough of OpenAI's protocol: it lists models and says one word, to whoever has the key. */
export function fakeOpenAi({ models, key = "sk-right" }: { models: string[]; key?: string }) {
  const seen: Seen[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const path = new URL(request.url).pathname;
      const authorization = request.headers.get("authorization");
      seen.push({ path, authorization, body: request.method === "POST" ? ((await request.json()) as Seen["body"]) : null });
      if (authorization !== `Bearer ${key}`)
        return Response.json({ error: { message: `Incorrect API key: ${authorization}` } }, { status: 401 });
      if (path === "/v1/models") return Response.json({ object: "list", data: models.map((id) => ({ id, object: "model" })) });
      return new Response(frames([{ delta: { role: "assistant", content: "ok" } }, { delta: {}, finish_reason: "stop" }]), {
        headers: { "content-type": "text/event-stream" },
      });
    },
  });
  return { baseUrl: `http://127.0.0.1:${server.port}/v1`, seen, stop: () => server.stop(true) };
}

const frames = (choices: object[]): string =>
  [...choices.map((choice) => JSON.stringify({ id: "c1", object: "chat.completion.chunk", choices: [{ index: 0, ...choice }] })), "[DONE]"]
    .map((data) => `data: ${data}\n\n`)
    .join("");
