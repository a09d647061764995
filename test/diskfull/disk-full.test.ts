import { expect, test } from "bun:test";
import { existsSync, openSync } from "node:fs";
import { createClient, endsTurn } from "../support/client";
import { builtExecutable, emptyFolder } from "../support/executable";
import { whyNoShim } from "../support/shim";
import { runFullDisks } from "./run-full-disks";
import { createServerOnSmallDisk, PLENTY_BYTES } from "./small-disk";

const TIMES = 5;
const reason = whyNoShim();
const unless = reason === undefined ? "" : ` (skipped: ${reason})`;

test.skipIf(reason !== undefined)(
  `a disk that is full ${TIMES} times under load: 507, reads go on, nothing is lost, nothing is started again${unless}`,
  async () => {
    const { counts, tally, complaints } = await runFullDisks({ times: TIMES, seed: 1 });
    expect(complaints).toEqual([]);
    expect(counts.get("requests answered 507")).toBeGreaterThan(0);
    expect(counts.get("reads while the disk was full")).toBeGreaterThan(TIMES);
    expect(tally.get("turns resumed after disk_full")).toBeGreaterThan(0);
    expect(tally.get("turns failed: crash_loop")).toBe(0);
  },
  40_000,
);

test.skipIf(reason !== undefined)(
  `the harness notices a disk that claims to have kept what it had no room for${unless}`,
  async () => {
    const report = await runFullDisks({ times: TIMES, seed: 1, isBroken: true, drainMs: 2000 }).catch(String);
    expect(typeof report === "string" ? [report] : report.complaints).not.toEqual([]);
  },
  40_000,
);

test.skipIf(reason !== undefined)(
  `a server on a full disk streams, stops in order, says why it does not start, and goes on once there is room${unless}`,
  async () => {
    using folder = emptyFolder();
    using server = createServerOnSmallDisk(folder.path);
    await server.start();
    const before = createClient(await server.url());
    const session = await before.createSession((await before.createAgent()).id);
    const message = await before.say(session, `\`\`\`simulate\n${JSON.stringify([{ repeat: "word ", times: 30, delay_ms: 20 }])}\n\`\`\``);
    await before.follow(session, ({ type }) => type === "message.delta");

    server.leave(0);
    const refused = await before.post(`${session.path}/messages`, { message: { content: "one more" } });
    expect(refused).toMatchObject({ status: 507, body: { code: "storage_full", error: expect.stringContaining("make room") } });
    // What the model says is live: it needs no disk.
    const live = await before.follow(session, ({ type, data }) => type === "message.delta" && Number(data.offset) > 50);
    expect(live.map(({ type }) => type)).toContain("message.user");
    expect(await server.stop()).toBe(0);
    await expect(server.start()).rejects.toThrow(/exit code 78[\s\S]*The disk is full\. Make room/);
    await server.kill();

    server.leave(PLENTY_BYTES);
    await server.start();
    const after = createClient(await server.url());
    const events = await after.follow(session, endsTurn(message.turn_id));
    expect(events.at(-1)!.type).toBe("turn.completed");
    expect((await after.messages(session)).map(({ role }) => role)).toEqual(["user", "assistant"]);
    expect(await server.stop()).toBe(0);
  },
  20_000,
);

test.skipIf(!existsSync("/dev/full"))("a log that can't be written to does not end the server", async () => {
  using folder = emptyFolder();
  const child = Bun.spawn([builtExecutable(), "serve"], {
    cwd: folder.path,
    env: { HOME: folder.path, PORT: "0", LOG_LEVEL: "trace" },
    stdout: "pipe",
    stderr: openSync("/dev/full", "w"),
  });
  try {
    const reader = child.stdout.getReader();
    const banner = new TextDecoder().decode((await reader.read()).value);
    const client = createClient(/http:\/\/localhost:\d+/.exec(banner)![0]);
    for (let time = 1; time <= 5; time++) expect((await client.get("/health")).status).toBe(200);
    child.kill("SIGTERM");
    expect(await child.exited).toBe(0);
  } finally {
    child.kill("SIGKILL");
  }
});
