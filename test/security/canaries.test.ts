import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { backupDatabase } from "@/database/backup-database";
import type { LlmProvider } from "@/domain/llm-provider";
import { capturedLog } from "../support/captured-log";
import { endsTurn } from "../support/client";
import { eventStream, fakeProvider } from "../support/fake-provider";
import { testApp } from "../support/test-app";

const CANARIES = {
  provider: "sk-canary-provider-000111222333",
  second: "sk-canary-second-000111222333",
  environment: "sk-canary-environment-000111222333",
  mcpHeader: "Bearer canary-mcp-header-000111222333",
  password: "canary-password-000111222333",
  badBody: "sk-canary-in-a-bad-body-000111222333",
};

/** Every secret goes in by every way in, and by ways that fail; then everything that leaves or stays is searched for it. */
test("no secret is in an answer, a stream, a log, the database, its log or a backup", async () => {
  const log = capturedLog("debug");
  const told: string[] = [];
  await using app = await testApp({ logger: log.logger, env: { DEFAULT_ANTHROPIC_API_KEY: CANARIES.environment } });
  // A provider that repeats what it was sent, as some do.
  await using echo = fakeProvider(({ headers, path }) =>
    path.includes("models")
      ? Response.json({ error: { message: `Invalid key ${headers.get("authorization")}` } }, { status: 401 })
      : eventStream(`data: {"error":{"message":"no ${headers.get("authorization")}","code":"401"}}\n\n`),
  );
  const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await app.call<Record<string, string>>(method, path, body, headers);
    told.push(JSON.stringify([answer.body, [...answer.headers]]));
    return answer.body;
  };

  const fields = { name: "Echo", provider_type: "custom", base_url: `${echo.url}/v1`, api_key: CANARIES.provider };
  const provider = (await send("POST", "/v1/llm-providers", fields, { "idempotency-key": "one" })) as unknown as LlmProvider;
  await send("POST", "/v1/llm-providers", fields, { "idempotency-key": "one" });
  await send("POST", "/v1/llm-providers", { ...fields, name: "", api_key: CANARIES.badBody });
  await send("POST", "/v1/llm-providers", { ...fields, name: "B", provider_type: CANARIES.badBody });
  await send("POST", "/v1/llm-providers", `{"name":"C","api_key":"${CANARIES.badBody}"`);
  await send("POST", "/v1/llm-providers", { ...fields, name: "D", base_url: `http://user:${CANARIES.password}@models.example/v1` });
  await send("PATCH", `/v1/llm-providers/${provider.id}`, { api_key: CANARIES.second });
  await send("POST", `/v1/llm-providers/${provider.id}/test`);
  await send("POST", `/v1/llm-providers/${provider.id}/sync-models`);
  await send("POST", "/v1/mcp-servers", { name: "s", url: `${echo.url}/mcp`, headers: { authorization: CANARIES.mcpHeader } });
  await send("POST", "/v1/auth/login", { email: "a@b.test", password: CANARIES.password });
  await send("GET", `/v1/agents?limit=${encodeURIComponent(CANARIES.badBody)}`);

  await send("POST", `/v1/llm-providers/${provider.id}/models`, { model_id: "m", display_name: "M" });
  const session = await app.createSession((await app.createAgent()).id);
  const message = await app.say(session, "hello", { model: "Echo/m" });
  told.push(JSON.stringify(await app.follow(session, endsTurn(message.turn_id))));
  expect(told.at(-1)).toContain("turn.failed");
  for (const path of ["/v1/llm-providers", "/v1/mcp-servers", `${session.path}/messages`, `/v1/llm-models`]) await send("GET", path);
  expect(echo.asked.some(({ headers }) => headers.get("authorization") === `Bearer ${CANARIES.second}`)).toBe(true);

  const backup = join(app.dataDir, "copy.db");
  backupDatabase(join(app.dataDir, "everruns.db"), backup);
  const files = readdirSync(app.dataDir).filter((name) => !name.endsWith(".key"));
  expect(files).toContain("everruns.db-wal");
  const kept = files.map((name) => readFileSync(join(app.dataDir, name), "latin1"));

  for (const [name, secret] of Object.entries(CANARIES)) {
    const forms = [secret, Buffer.from(secret).toString("base64"), encodeURIComponent(secret)].map((form) => form.replace(/^Bearer /, ""));
    for (const form of forms) {
      expect([name, "answers", told.filter((text) => text.includes(form))]).toEqual([name, "answers", []]);
      expect([name, "log", log.lines.filter((line) => JSON.stringify(line).includes(form))]).toEqual([name, "log", []]);
      expect([name, "files", files.filter((_, index) => kept[index]!.includes(form))]).toEqual([name, "files", []]);
    }
  }
});
