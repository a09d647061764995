/**
 * What the server adds to the model: `bun run bench`. Prints a table, and as the last line the same as JSON.
 * Everything runs on loopback. A turn is two model calls with one tool between them; it is over when a client that follows the
 * session's events has read so. "bare" is the same two model calls made by the client itself, in turns with the others.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtExecutable } from "../test/support/executable";
import { Chat, send } from "./chat";
import { median, quantile, residentMb, round, timed } from "./measure";
import { medianStartMs, type Server, startServer } from "./server";

const STARTS = 5;
const WARM_UPS = 20;
const SINGLE_TURNS = 200;
const USERS = 32;
const TURNS_PER_USER = 10;
const LONG_SESSION_TURNS = 150;

const executable = builtExecutable();
const folder = mkdtempSync(join(tmpdir(), "everruns-bench-"));
const fake = Bun.spawn([process.execPath, join(import.meta.dir, "fake-openai.ts")], { stdout: "pipe", stderr: "inherit" });
let server: Server | undefined;
try {
  const model = `http://127.0.0.1:${await firstLine(fake.stdout)}/v1`;
  const start_ms = await medianStartMs(executable, Array.from({ length: STARTS }, newFolder));
  server = await startServer(executable, newFolder());
  const figures = { start_ms, ...(await measure(server, model)) };
  console.table(figures);
  console.log(JSON.stringify(figures));
} finally {
  await server?.stop();
  fake.kill();
  rmSync(folder, { recursive: true, force: true });
}

async function measure({ url, pid }: Server, model: string) {
  await Bun.sleep(1000);
  const idle_rss_mb = residentMb(pid);
  const agentId = await createAgent(url, model);

  for (let i = 0; i < WARM_UPS; i++) await oneTurn(url, agentId);
  const turns: number[] = [];
  const bare: number[] = [];
  for (let i = 0; i < SINGLE_TURNS; i++) {
    turns.push(await oneTurn(url, agentId));
    bare.push(await timed(() => bareCalls(model)));
  }

  const crowdMs = await timed(() => Promise.all(Array.from({ length: USERS }, () => manyTurns(url, agentId))));
  const rss_after_mb = residentMb(pid);

  const long = await Chat.open(url, agentId);
  const growing: number[] = [];
  for (let i = 0; i < LONG_SESSION_TURNS; i++) growing.push(await timed(() => long.turn()));
  await long.close();

  return {
    idle_rss_mb,
    turn_ms_p50: median(turns),
    turn_ms_p95: quantile(turns, 0.95),
    bare_ms_p50: median(bare),
    bare_ms_p95: quantile(bare, 0.95),
    added_ms_p50: round(median(turns) - median(bare)),
    turns_per_s_32_users: round((USERS * TURNS_PER_USER * 1000) / crowdMs),
    rss_after_mb,
    long_session_first10_ms: median(growing.slice(0, 10)),
    long_session_last10_ms: median(growing.slice(-10)),
  };
}

async function createAgent(url: string, model: string): Promise<string> {
  const provider = { name: "Fake", provider_type: "openai", base_url: model, api_key: "none" };
  const { id: providerId } = await send<{ id: string }>("POST", `${url}/v1/llm-providers`, provider);
  const address = `${url}/v1/llm-providers/${providerId}/models`;
  const { id: modelId } = await send<{ id: string }>("POST", address, { model_id: "fast", display_name: "Fast" });
  const agent = { name: "Bench", system_prompt: "Be brief.", default_model_id: modelId, capabilities: ["current_time"] };
  return (await send<{ id: string }>("POST", `${url}/v1/agents`, agent)).id;
}

/** The milliseconds of a new session's first turn. */
async function oneTurn(url: string, agentId: string): Promise<number> {
  const chat = await Chat.open(url, agentId);
  const ms = await timed(() => chat.turn());
  await chat.close();
  return ms;
}

async function manyTurns(url: string, agentId: string): Promise<void> {
  const chat = await Chat.open(url, agentId);
  for (let i = 0; i < TURNS_PER_USER; i++) await chat.turn();
  await chat.close();
}

async function bareCalls(model: string): Promise<void> {
  const question = { role: "user", content: "What time is it?" };
  const tools = [{ type: "function", function: { name: "get_current_time", parameters: {} } }];
  for (const messages of [[question], [question, { role: "tool", content: "{}" }]]) {
    const body = JSON.stringify({ model: "fast", stream: true, messages, tools });
    await (await fetch(`${model}/chat/completions`, { method: "POST", body })).text();
  }
}

function newFolder(): string {
  const path = join(folder, crypto.randomUUID());
  mkdirSync(path);
  return path;
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    if (text.includes("\n")) break;
  }
  return text.trim();
}
