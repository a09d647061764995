import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { LlmProvider } from "@/domain/llm-provider";
import { configuredPolicy } from "@/platform/outbound-policy";
import { createSafeFetch } from "@/platform/safe-fetch";
import { forbiddenSpellings } from "../support/address-spellings";
import { fakeProvider } from "../support/fake-provider";
import { type TestApp, testApp } from "../support/test-app";

const KEY = "sk-goes-to-one-address-only-0123456789";
const ENVIRONMENT_KEY = "sk-of-the-environment-0123456789";
/** What names stand for in this test; a name that moves stands for another address each time. */
const names: Record<string, string[]> = { "models.test": ["169.254.169.254"], "half.test": ["127.0.0.1", "169.254.169.254"] };

let app: TestApp;
beforeAll(async () => {
  const fetch = createSafeFetch({ policy: configuredPolicy, resolve: async (host) => names[host] ?? [] });
  app = await testApp({ llm: { fetch }, env: { DEFAULT_OPENAI_API_KEY: ENVIRONMENT_KEY } });
});
afterAll(() => app[Symbol.asyncDispose]());

let count = 0;
const create = (base_url: string | null, more: object = {}) =>
  app.post<LlmProvider & { error: string }>("/v1/llm-providers", { name: `P${count++}`, provider_type: "custom", base_url, ...more });
const tryOut = async ({ id }: LlmProvider) =>
  (await app.post<{ ok: boolean; message: string }>(`/v1/llm-providers/${id}/test`, undefined)).body;

describe("an address that no provider and no MCP server has", () => {
  test("is refused when it is set, in every spelling", async () => {
    const spellings = forbiddenSpellings();
    expect(spellings.length).toBeGreaterThan(90);
    for (const host of spellings) {
      const { status, body } = await create(`http://${host}/v1`);
      expect([host, status, body.error]).toEqual([host, 400, expect.stringMatching(/^base_url must (not )?be/)]);
      const server = await app.post("/v1/mcp-servers", { name: `m${count++}`, url: `http://${host}/mcp` });
      expect([host, server.status]).toEqual([host, 400]);
    }
    const kept = (await create("http://127.0.0.1:1/v1")).body;
    expect((await app.call("PATCH", `/v1/llm-providers/${kept.id}`, { base_url: "http://169.254.1.1/v1" })).status).toBe(400);
    expect((await app.get<LlmProvider>(`/v1/llm-providers/${kept.id}`)).body.base_url).toBe("http://127.0.0.1:1/v1");
  });

  test("is refused when it is called, if a name turns out to stand for it", async () => {
    for (const host of ["models.test", "half.test"]) {
      const provider = (await create(`http://${host}/v1`, { api_key: KEY })).body;
      expect(await tryOut(provider)).toEqual(
        expect.objectContaining({ ok: false, message: `The address ${host} is not allowed: no server may be called there.` }),
      );
    }
  });

  test("is not reached by way of a redirect, and the key goes nowhere else", async () => {
    await using other = fakeProvider(() => Response.json({ data: [] }));
    await using provider = fakeProvider(() => new Response(null, { status: 307, headers: { location: `${other.url}/v1/models` } }));
    const redirected = (await create(provider.url, { api_key: KEY })).body;
    expect((await tryOut(redirected)).ok).toBe(false);
    expect(provider.asked[0]!.headers.get("authorization")).toBe(`Bearer ${KEY}`);
    expect(other.asked).toEqual([]);
  });

  test("private networks and this machine are an admin's to choose", async () => {
    await using provider = fakeProvider(() => Response.json({ data: [{ id: "llama" }] }));
    names["ollama.lan"] = ["127.0.0.1"];
    for (const address of [provider.url, provider.url.replace("127.0.0.1", "ollama.lan"), provider.url.replace("127.0.0.1", "0.0.0.0")]) {
      expect([address, (await tryOut((await create(address)).body)).ok]).toEqual([address, true]);
    }
  });
});

describe("a provider's key", () => {
  const BASE = "http://models.example:8080/v1";

  test.each([
    ["another host", "http://evil.example:8080/v1"],
    ["another port", "http://models.example:8081/v1"],
    ["another scheme", "https://models.example:8080/v1"],
    ["another path", "http://models.example:8080/evil"],
    ["the maker's own address", null],
  ])("is cleared by %s, unless a new one comes with it", async (_, base_url) => {
    const { id } = (await create(BASE, { api_key: KEY })).body;
    const change = async (fields: object) => (await app.call<LlmProvider>("PATCH", `/v1/llm-providers/${id}`, fields)).body.api_key_set;
    expect(await change({ name: `Renamed ${count++}`, base_url: BASE })).toBe(true);
    expect(await change({ base_url })).toBe(false);
    expect(await change({ base_url: BASE })).toBe(false);
    expect(await change({ base_url, api_key: "sk-new-key-for-the-new-address" })).toBe(true);
  });

  test("is cleared by another maker, where the address is the maker's own", async () => {
    const { id } = (await create(null, { provider_type: "anthropic", api_key: KEY })).body;
    const changed = await app.call<LlmProvider>("PATCH", `/v1/llm-providers/${id}`, { provider_type: "ollama" });
    expect(changed.body.api_key_set).toBe(false);
  });

  test("from the environment goes to its maker's own address and to no other, whatever the provider calls itself", async () => {
    await using provider = fakeProvider(() => Response.json({ data: [] }));
    for (const provider_type of ["openai", "custom", "anthropic", "ollama"]) {
      const elsewhere = (await create(`${provider.url}/v1`, { provider_type })).body;
      expect(elsewhere.api_key_set).toBe(false);
      await tryOut(elsewhere);
    }
    expect(provider.asked.length).toBe(4);
    expect(JSON.stringify(provider.asked.map(({ headers, text }) => [[...headers], text]))).not.toContain(ENVIRONMENT_KEY);

    const own = (await create(null, { provider_type: "openai" })).body;
    expect(own.api_key_set).toBe(true);
    const moved = await app.call<LlmProvider>("PATCH", `/v1/llm-providers/${own.id}`, { base_url: `${provider.url}/v1` });
    expect(moved.body.api_key_set).toBe(false);
    await tryOut(moved.body);
    expect(provider.asked.length).toBe(5);
    expect(JSON.stringify([...provider.asked.at(-1)!.headers])).not.toContain(ENVIRONMENT_KEY);
  });
});

/** Where what one file seals is kept by another. */
const KEPT_BY: Record<string, string> = { "http/once.ts": "http/idempotency-store", "agents/tool-secrets.ts": "agents/agent-store" };

test("whoever seals a secret also lists it, so that a rotation takes it along", async () => {
  const root = `${import.meta.dir}/../../src`;
  const listed = await Bun.file(`${root}/sealed-columns.ts`).text();
  for await (const file of new Bun.Glob("**/*.ts").scan(root)) {
    // What OAuth seals is a cookie for some minutes, and is kept nowhere.
    if (/^(platform\/secrets|database\/reseal|auth\/oauth-client)\.ts$/.test(file)) continue;
    const code = await Bun.file(`${root}/${file}`).text();
    if (!/\bsecrets\.seal\(/.test(code)) continue;
    const owner = KEPT_BY[file] ?? file.replace(/\.ts$/, "");
    expect([file, listed.includes(`"@/${owner}"`)]).toEqual([file, true]);
  }
});
