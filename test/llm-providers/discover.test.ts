import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { testApp } from "../support/test-app";

describe("a running Ollama", () => {
  let ollama: Bun.Server<undefined>;
  beforeAll(() => {
    ollama = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: (request) =>
        new URL(request.url).pathname === "/api/tags"
          ? Response.json({ models: [{ name: "llama3.2:3b" }, { name: "qwen3:8b" }] })
          : new Response("no", { status: 404 }),
    });
  });
  afterAll(() => ollama.stop(true));

  type Found = { items: { name: string; base_url: string; models: string[] }[]; total: number };

  test.each(["127.0.0.1", "http://127.0.0.1", "0.0.0.0"])(
    "is found where OLLAMA_HOST=%s:port says, until it is a provider",
    async (host) => {
      await using app = await testApp({ env: { OLLAMA_HOST: `${host}:${ollama.port}` } });
      const base_url = `http://127.0.0.1:${ollama.port}/v1`;
      const { body } = await app.get<Found>("/v1/local-llm-providers");
      expect(body.items).toEqual([{ name: "Ollama", provider_type: "ollama", base_url, models: ["llama3.2:3b", "qwen3:8b"] }] as never);
      await app.post("/v1/llm-providers", { name: "Ollama", provider_type: "ollama", base_url });
      expect((await app.get<Found>("/v1/local-llm-providers")).body).toMatchObject({ items: [], total: 0 });
    },
  );

  test.each(["127.0.0.1:1", "not a host", "http://user:pass@127.0.0.1", "ftp://127.0.0.1"])("is not there at %s", async (host) => {
    await using app = await testApp({ env: { OLLAMA_HOST: host } });
    expect((await app.get<Found>("/v1/local-llm-providers")).body.items).toEqual([]);
  });
});
