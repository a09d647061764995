import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "@/config";
import { startServer } from "@/start";
import { capturedLog } from "./support/captured-log";
import { createClient } from "./support/client";
import { fakeProvider } from "./support/fake-provider";

/** A server with one request under way, whose provider answers when the test says so. */
async function withRequestUnderWay() {
  const dataDir = mkdtempSync(join(tmpdir(), "everruns-test-"));
  const { lines, logger } = capturedLog();
  const { promise: asked, resolve: noticeAsked } = Promise.withResolvers<void>();
  const { promise: answered, resolve: answer } = Promise.withResolvers<Response>();
  const provider = fakeProvider(() => {
    noticeAsked();
    return answered;
  });
  const server = await startServer({ config: readConfig({ port: "0", dataDir, logLevel: "silent" }, {}), logger });
  const client = createClient(server.url);
  const { body } = await client.post<{ id: string }>("/v1/llm-providers", {
    name: "Slow",
    provider_type: "openai",
    base_url: `${provider.url}/v1`,
    api_key: "sk-x",
  });
  const underWay = client.post(`/v1/llm-providers/${body.id}/sync-models`, {}).then(
    ({ status }) => status,
    () => "no answer",
  );
  await asked;
  return {
    server,
    lines,
    underWay,
    answer: () => answer(Response.json({ data: [{ id: "model-a" }] })),
    async [Symbol.asyncDispose]() {
      answer(new Response(null));
      await provider[Symbol.asyncDispose]();
      rmSync(dataDir, { recursive: true });
    },
  };
}

test("a request that is under way when the server is asked to stop is answered and kept", async () => {
  await using site = await withRequestUnderWay();
  const stopped = site.server.stop();
  site.answer();
  expect(await site.underWay).toBe(200);
  await stopped;
  expect(site.lines).toEqual([]);
});

test("a request that does not end holds no server up, and what it wanted to keep then is refused without an error of ours", async () => {
  await using site = await withRequestUnderWay();
  await site.server.stop(1);
  site.answer();
  expect(await site.underWay).toBe("no answer");
  expect(site.lines).toEqual([]);
});
