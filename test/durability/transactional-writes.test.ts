import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SessionFile } from "@/domain/file";
import { createLedgerServer } from "./ledger-server";
import { createRandom } from "./random";

type Listed = {
  event_type: string;
  turn_id: string | null;
  data: { name?: string; status?: string; path?: string; tool_call_id?: string };
};

const KILLS = 8;
const ROUNDS = 9;
const CALLS = 4;

/** Each call adds one letter: a call that takes effect twice, or not at all, shows. */
const plan = `\`\`\`simulate\n${JSON.stringify([
  { call: [{ name: "write_file", arguments: { path: "/tally.txt", content: "|" } }] },
  ...Array.from({ length: ROUNDS - 1 }, () => ({
    call: Array.from({ length: CALLS }, () => ({ name: "edit_file", arguments: { path: "/tally.txt", old_text: "|", new_text: "x|" } })),
    delay_ms: 1,
  })),
  { text: "done" },
])}\n\`\`\``;

test("killed anywhere, a transactional tool has taken effect exactly as often as its calls have ended well", async () => {
  const folder = mkdtempSync(join(tmpdir(), "everruns-writes-"));
  using server = createLedgerServer(folder);
  const random = createRandom(20_261);
  const call = async <Body>(method: string, path: string, body?: unknown): Promise<Body> => {
    const response = await fetch((await server.url()) + path, {
      method,
      ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Body;
  };

  const turnsOf = async (path: string) =>
    (await call<{ items: { status: string }[] }>("GET", `${path}/turns`)).items.map(({ status }) => status);

  try {
    await server.start();
    const [provider] = await call<{ id: string }[]>("GET", "/v1/llm-providers");
    await call("PATCH", `/v1/llm-providers/${provider!.id}`, { settings: { delay_ms: 0 } });
    const agent = await call<{ id: string }>("POST", "/v1/agents", { name: "A", system_prompt: "", capabilities: ["file_system"] });
    const sessions: string[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const { id } = await call<{ id: string }>("POST", `/v1/agents/${agent.id}/sessions`, {});
      sessions.push(`/v1/sessions/${id}`);
      await call("POST", `/v1/sessions/${id}/messages`, { message: { content: plan } });
      await Bun.sleep(random.between(0, 60));
      await server.kill();
      await server.start();
      // Killed again and again in one step it would be given up, as it should.
      while ((await turnsOf(`/v1/sessions/${id}`)).some((status) => status === "queued" || status === "running")) await Bun.sleep(10);
    }
    let cutShort = 0;
    for (const path of sessions) {
      expect(await turnsOf(path)).toEqual(["completed"]);
      const { items } = await call<{ items: Listed[] }>("GET", `${path}/events/list?limit=1000`);
      const ended = items.filter(({ event_type, data }) => event_type === "tool.completed" && data.name === "edit_file");
      const told = items.filter(({ event_type }) => event_type === "file.changed");
      const { content } = await call<SessionFile>("GET", `${path}/fs/tally.txt`);
      cutShort += items.filter(({ event_type }) => event_type === "turn.resumed").length;
      expect(ended.filter(({ data }) => data.status !== "ok")).toEqual([]);
      expect(content!.length - 1).toBe(ended.length);
      expect(told.length).toBe(ended.length + 1);
      expect(ended.length).toBe((ROUNDS - 1) * CALLS);
    }
    expect(cutShort).toBeGreaterThan(KILLS / 4);
  } finally {
    await server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);
