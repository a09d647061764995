import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Message } from "@/domain/message";
import type { Session } from "@/domain/session";
import { builtExecutable, run, type Server, serve } from "./support/executable";

const folder = mkdtempSync(join(tmpdir(), "everruns-client-"));
let server: Server;
beforeAll(async () => {
  server = await serve(folder);
}, 60_000);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** In the folder in which the server was started: it is found by itself. */
const everruns = (...args: string[]) => run(folder, args);
const lines = (text: string): string[] => text.split("\n").filter((line) => line !== "");
const scripted = (words: string, steps: readonly object[]): string => `${words}\n\`\`\`simulate\n${JSON.stringify(steps)}\n\`\`\``;

describe("run", () => {
  test("the first word finds an agent; the answer alone is on stdout, and all else beside it", async () => {
    const { exitCode, stdout, stderr } = await everruns(
      "run",
      scripted("Hi", [{ call: [{ name: "get_current_time", arguments: {} }] }, { text: "It is late." }]),
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "It is late.\n" });
    expect(stderr).toContain("made one, named Assistant");
    expect(stderr).toContain("· get_current_time {}");
    expect(stderr).toMatch(/\d+ ms · \d+ in \/ \d+ out/);
  });

  test("-c goes on with the newest session, and --json says all of the turn", async () => {
    const first = JSON.parse((await everruns("run", "One", "--json", "-a", "assistant")).stdout);
    const second = JSON.parse((await everruns("run", scripted("Two", [{ text: "Both." }]), "--json", "-c")).stdout);
    expect(second).toMatchObject({
      session_id: first.session_id,
      status: "completed",
      text: "Both.",
      error: null,
      model: "Simulated/simulated-1",
    });
    const { items } = (await server.get<{ items: Message[] }>(`/v1/sessions/${first.session_id}/messages`)).body;
    expect(items.map(({ role }) => role)).toEqual(["user", "assistant", "user", "assistant"]);
  });

  test("a turn that fails exits with 5 and the provider's words", async () => {
    const { exitCode, stderr } = await everruns("run", scripted("Fail", [{ error: { code: "invalid_api_key", message: "No such key." } }]));
    expect(exitCode).toBe(5);
    expect(stderr).toContain("The turn failed");
  });

  test("what a model says commands no terminal", async () => {
    const { stdout } = await everruns("run", scripted("Say", [{ text: "a\u001b]0;owned\u0007b\u001b[2Jc\nd" }]));
    expect(stdout).toBe("a?]0;owned?b?[2Jc\nd\n");
  });

  test("an interrupt cancels the turn on the server too, and keeps what was said", async () => {
    const session = await server.createSession((await server.createAgent()).id);
    const child = Bun.spawn([builtExecutable(), "run", "-s", session.id, scripted("Hang", [{ text: "And then", hang: true }])], {
      cwd: folder,
      env: { HOME: folder },
      stdout: "pipe",
      stderr: "ignore",
    });
    const reader = child.stdout.getReader();
    let seen = "";
    while (!seen.includes("And then")) seen += new TextDecoder().decode((await reader.read()).value);
    child.kill("SIGINT");
    expect(await child.exited).toBe(130);
    const last = (await server.messages(session)).at(-1)!;
    expect(last).toMatchObject({ role: "assistant", metadata: { cancelled: true }, content: [{ type: "text", text: "And then" }] });
  });
});

describe("agents and sessions", () => {
  test("an agent goes out as a file and comes back changed; names that are not one agent's are refused", async () => {
    const made = await server.createAgent({ name: "Traveller", capabilities: ["current_time"] });
    const { stdout: file } = await everruns("agents", "export", "traveller");
    writeFileSync(join(folder, "traveller.md"), file.replace("Be brief.", "Be long."));
    expect(await everruns("agents", "apply", "traveller.md", "-a", made.id)).toMatchObject({ exitCode: 0, stdout: `${made.id}\n` });
    expect(JSON.parse((await everruns("agents", "get", "Traveller")).stdout)).toMatchObject({ id: made.id, system_prompt: "Be long." });
    await everruns("agents", "apply", "traveller.md");
    expect(await everruns("run", "-a", "Traveller", "Hi")).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("Several agents"),
    });
    expect((await everruns("agents", "delete", made.id)).exitCode).toBe(0);
    expect(lines((await everruns("agents", "list", "--search", "Traveller")).stdout)).toHaveLength(1);
  });

  test("a session is listed, exported, searched, followed, forked and deleted", async () => {
    const session = await server.createSession((await server.createAgent({ name: "Archivist" })).id);
    await server.ask(session, scripted("Remember the wolverine", [{ text: "Noted." }]));
    expect(lines((await everruns("sessions", "list", "-a", "Archivist")).stdout).map((line) => line.split("\t")[0])).toEqual([session.id]);
    const { stdout } = await everruns("sessions", "export", session.id);
    expect(stdout).toContain("## user\n\nRemember the wolverine");
    expect(stdout).toContain("## assistant\n\nNoted.");
    expect((await everruns("sessions", "search", "wolverine")).stdout).toContain(session.id);

    const fork = (await everruns("sessions", "fork", session.id)).stdout.trim();
    expect(JSON.parse((await everruns("sessions", "get", fork)).stdout)).toMatchObject({ id: fork } satisfies Partial<Session>);
    const tail = Bun.spawn([builtExecutable(), "sessions", "tail", session.id], { cwd: folder, env: { HOME: folder }, stdout: "pipe" });
    let told = "";
    for await (const chunk of tail.stdout) {
      told += new TextDecoder().decode(chunk);
      if (told.includes("turn.completed")) break;
    }
    tail.kill();
    expect(JSON.parse(lines(told)[0]!)).toMatchObject({ sequence: 1, type: "message.user" });

    expect((await everruns("sessions", "delete", fork)).exitCode).toBe(0);
    expect(await everruns("sessions", "get", fork)).toMatchObject({ exitCode: 4, stderr: "everruns: Session not found.\n" });
  });
});

describe("the server and its surroundings", () => {
  test("providers, models, capabilities and health can be asked for", async () => {
    expect((await everruns("providers", "list")).stdout).toContain("Simulated");
    expect((await everruns("providers", "test", "simulated")).exitCode).toBe(0);
    expect(JSON.parse((await everruns("models", "--json")).stdout)[0]).toMatchObject({ model_id: "simulated-1" });
    expect((await everruns("capabilities")).stdout).toContain("current_time");
    expect(await everruns("healthcheck")).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^ok \d/) });
    expect(await everruns("config", "show")).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("PORT\t9000\tdefault") });
  });

  test("the doctor finds a key that others may read", async () => {
    expect((await everruns("doctor")).exitCode).toBe(0);
    chmodSync(join(folder, "data/secrets.key"), 0o644);
    const { exitCode, stdout } = await everruns("doctor");
    chmodSync(join(folder, "data/secrets.key"), 0o600);
    expect(exitCode).toBe(1);
    expect(stdout).toContain("✗\tsecrets.key\tothers may read it");
  });

  test("where nobody answers, it is said how to start a server", async () => {
    const { exitCode, stderr } = await everruns("run", "Hi", "--url", "http://127.0.0.1:9");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("Start one with: everruns serve");
  });
});

test("with accounts a key is needed; it comes from the environment, and a bad one is said to be", async () => {
  const home = mkdtempSync(join(tmpdir(), "everruns-client-"));
  await using accounts = await serve(home, {
    env: { AUTH_MODE: "admin", AUTH_ADMIN_EMAIL: "a@example.com", AUTH_ADMIN_PASSWORD: "a long password 7" },
  });
  const { access_token } = (
    await accounts.post<{ access_token: string }>("/api/auth/login", { email: "a@example.com", password: "a long password 7" })
  ).body;
  const { key } = (await accounts.post<{ key: string }>("/api/auth/api-keys", { name: "cli" }, { authorization: `Bearer ${access_token}` }))
    .body;

  expect(await run(home, ["agents", "list"])).toMatchObject({ exitCode: 3, stderr: expect.stringContaining("Set EVERRUNS_API_KEY") });
  expect((await run(home, ["agents", "list"], { EVERRUNS_API_KEY: `evr_${"0".repeat(64)}` })).stderr).toContain("is not accepted");
  expect((await run(home, ["agents", "list"], { EVERRUNS_API_KEY: key })).exitCode).toBe(0);
  const made = await run(home, ["keys", "create", "robot", "--scopes", "agents:read", "--expires-in-days", "1"], { EVERRUNS_API_KEY: key });
  const narrow = { EVERRUNS_API_KEY: made.stdout.trim() };
  expect((await run(home, ["agents", "list"], narrow)).exitCode).toBe(0);
  expect((await run(home, ["run", "Hi"], narrow)).exitCode).toBe(3);
  rmSync(home, { recursive: true, force: true });
}, 30_000);

test("an answer outlives the server that was writing it", async () => {
  const home = mkdtempSync(join(tmpdir(), "everruns-client-"));
  const env = { PORT: String(await freePort()) };
  const first = await serve(home, { env });
  const child = Bun.spawn(
    [builtExecutable(), "run", scripted("Count", [{ text: "one two three four five six seven eight", delay_ms: 150 }])],
    {
      cwd: home,
      env: { HOME: home },
      stdout: "pipe",
      stderr: "pipe",
    },
  );
  const reader = child.stdout.getReader();
  let seen = "";
  while (!seen.includes("two")) seen += new TextDecoder().decode((await reader.read()).value);
  await first.end("SIGKILL");
  await using _second = await serve(home, { env });
  for (let next = await reader.read(); !next.done; next = await reader.read()) seen += new TextDecoder().decode(next.value);
  expect({ exitCode: await child.exited, stderr: await new Response(child.stderr).text() }).toEqual({
    exitCode: 0,
    stderr: expect.stringContaining("it begins again"),
  });
  expect(seen.trimEnd()).toEndWith("one two three four five six seven eight");
  rmSync(home, { recursive: true, force: true });
}, 30_000);

async function freePort(): Promise<number> {
  const probe = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
  const port = probe.port!;
  await probe.stop(true);
  return port;
}
