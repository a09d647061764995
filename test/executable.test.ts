import { Database as Sqlite } from "bun:sqlite";
import { beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Message } from "@/domain/message";
import type { Session } from "@/domain/session";
import { VERSION } from "@/version";
import type { Client } from "./support/client";
import { endsTurn } from "./support/client";
import { builtExecutable, emptyFolder, run, serve } from "./support/executable";

const script = (...steps: unknown[]) => `\`\`\`simulate\n${JSON.stringify(steps)}\n\`\`\``;
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

type Listed = { sequence: number; event_type: string; data: Record<string, unknown> };

async function logOf(client: Client, session: { path: string }): Promise<Listed[]> {
  return (await client.get<{ items: Listed[] }>(`${session.path}/events/list?limit=1000`)).body.items;
}

const sequencesUpTo = (length: number) => Array.from({ length }, (_, index) => index + 1);

beforeAll(() => void builtExecutable(), 60_000);

describe("in an empty folder", () => {
  test("it says where it is, and makes a data folder for its owner alone", async () => {
    using folder = emptyFolder();
    await using server = await serve(folder.path);
    expect(server.banner).toContain(`Everruns ${VERSION}`);
    expect(server.banner).toContain(`${server.url}/swagger-ui/`);
    expect(server.banner).toContain(join(folder.path, "data"));
    expect(readdirSync(folder.path)).toEqual(["data"]);
    expect(modeOf(join(folder.path, "data"))).toBe("700");
    expect(modeOf(join(folder.path, "data/secrets.key"))).toBe("600");
  });

  test("it serves its pages and its document from within itself", async () => {
    using folder = emptyFolder();
    await using server = await serve(folder.path);
    const page = await server.get<string>("/");
    expect(page).toMatchObject({ status: 200, body: expect.stringContaining("Everruns") });
    expect((await server.get("/health")).body).toEqual({ status: "ok", version: VERSION, runner_mode: "in_process", auth_mode: "none" });
    expect(await server.get("/ready")).toMatchObject({ status: 200, body: { status: "ready" } });
    expect((await server.get("/api-doc/openapi.json")).body).toMatchObject({ info: { title: "Everruns API", version: VERSION } });
    for (const address of ["/", "/swagger-ui/"]) {
      const { status, body } = await server.get<string>(address);
      expect(status).toBe(200);
      const links = [...body.matchAll(/(?:src|href)="(?!#|data:|https?:)([^"]+)"/g)].map(
        ([, link]) => new URL(link!, server.url + address),
      );
      expect(links.length).toBeGreaterThan(0);
      for (const { pathname } of links)
        expect({ pathname, status: (await server.get(pathname)).status }).toEqual({ pathname, status: 200 });
    }
  });

  test("the first session of the documentation works as it is written", async () => {
    using folder = emptyFolder();
    await using server = await serve(folder.path);
    const example = join(import.meta.dir, "../docs/examples/first-session.sh");
    for (const _again of [1, 2]) {
      const bash = Bun.spawn(["bash", example], {
        env: { PATH: process.env.PATH, BASE_URL: server.url },
        stdout: "pipe",
        stderr: "pipe",
      });
      const [exitCode, stdout, stderr] = await Promise.all([
        bash.exited,
        new Response(bash.stdout).text(),
        new Response(bash.stderr).text(),
      ]);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
      const stream = stdout.slice(stdout.indexOf("Events:"), stdout.indexOf("Messages:"));
      expect(stream.match(/^event: tool\.completed$/gm)).toHaveLength(2);
      expect(stream).toContain("event: message.delta");
      expect(stream).toContain("event: turn.completed");
      const { items } = JSON.parse(stdout.slice(stdout.indexOf("Messages:") + "Messages:".length)) as { items: Message[] };
      expect(items.at(-1)).toMatchObject({ role: "assistant", content: [{ text: expect.stringMatching(/\b42\b.*Tokyo/) }] });
    }
  });

  test("it reads no .env and no bunfig.toml that lies there", async () => {
    using folder = emptyFolder();
    writeFileSync(join(folder.path, ".env"), "AUTH_MODE=bogus\nDATA_DIR=elsewhere\n");
    writeFileSync(join(folder.path, ".env.production"), "AUTH_MODE=bogus\n");
    writeFileSync(join(folder.path, "bunfig.toml"), 'preload = ["./missing.ts"]\n');
    await using server = await serve(folder.path);
    expect((await server.get("/health")).status).toBe(200);
    expect(readdirSync(folder.path).sort()).toEqual([".env", ".env.production", "bunfig.toml", "data"]);
  });
});

describe("a turn outlives the process", () => {
  const tools = { call: [{ name: "add", arguments: { a: 1, b: 2 } }] };
  const slowly = { repeat: "word ", times: 20, delay_ms: 25 };

  test("that is killed: the next one ends it, without a hole in the log and without a tool run again", async () => {
    using folder = emptyFolder();
    const first = await serve(folder.path);
    const agent = await first.createAgent({ capabilities: ["test_math"] });
    const session = await first.createSession(agent.id);
    const message = await first.say(session, script(tools, slowly));
    await first.follow(session, ({ type }) => type === "message.delta");
    expect((await first.end("SIGKILL")).exitCode).toBe(137);

    await using second = await serve(folder.path);
    await second.follow(session, endsTurn(message.turn_id));
    const log = await logOf(second, session);
    expect(log.map(({ sequence }) => sequence)).toEqual(sequencesUpTo(log.length));
    const times = (type: string) => log.filter(({ event_type }) => event_type === type).length;
    expect({ resumed: times("turn.resumed"), started: times("tool.started"), completed: times("tool.completed") }).toEqual({
      resumed: 1,
      started: 1,
      completed: 1,
    });
    expect(times("turn.completed")).toBe(1);
    expect((await second.messages(session)).map(({ role }) => role)).toEqual(["user", "assistant", "tool_result", "assistant"]);
  });

  test("that is killed while many run, wherever each of them is", async () => {
    using folder = emptyFolder();
    const first = await serve(folder.path);
    const agent = await first.createAgent({ capabilities: ["test_math"] });
    const sessions = await Promise.all(Array.from({ length: 40 }, () => first.createSession(agent.id)));
    for (const [index, session] of sessions.entries()) {
      await first.say(session, script({ text: "one two", ...tools, delay_ms: 1 + index }, { ...tools, delay_ms: index }, { text: "done" }));
    }
    await first.end("SIGKILL");

    await using second = await serve(folder.path);
    for (const session of sessions) {
      await second.follow(session, ({ type }) => type === "turn.completed");
      const log = await logOf(second, session);
      expect(log.map(({ sequence }) => sequence)).toEqual(sequencesUpTo(log.length));
      const completed = log.filter(({ event_type }) => event_type === "tool.completed").map(({ data }) => data.tool_call_id);
      expect(completed).toHaveLength(2);
      expect(new Set(completed).size).toBe(2);
    }
  });

  test("that is told to stop, which it does at once, streams or not", async () => {
    using folder = emptyFolder();
    const first = await serve(folder.path);
    const session = await first.createSession((await first.createAgent()).id);
    const message = await first.say(session, script(slowly));
    const following = first.follow(session, () => false).catch(() => undefined);
    await first.follow(session, ({ type }) => type === "message.delta");
    const { exitCode, ms } = await first.end("SIGTERM");
    expect(exitCode).toBe(0);
    expect(ms).toBeLessThan(3000);
    await following;
    expect(readdirSync(join(folder.path, "data")).sort()).toEqual(["everruns.db", "everruns.lock", "secrets.key"]);

    await using second = await serve(folder.path);
    const events = await second.follow(session, endsTurn(message.turn_id));
    expect(events.at(-1)?.type).toBe("turn.completed");
    expect(events.find(({ type }) => type === "turn.resumed")?.data).toMatchObject({ after: "shutdown" });
  });
});

test("500 sessions answer at once", async () => {
  using folder = emptyFolder();
  await using server = await serve(folder.path);
  const agent = await server.createAgent();
  const sessions = await Promise.all(Array.from({ length: 500 }, () => server.createSession(agent.id)));
  const begun = performance.now();
  await Promise.all(sessions.map((session) => server.say(session, "Hello, who are you?")));
  const open = async () => {
    const { body } = await server.get<{ items: Session[] }>("/v1/sessions?limit=1000");
    return body.items.filter(({ finished_at }) => finished_at === null).length;
  };
  while ((await open()) > 0) await Bun.sleep(50);
  expect(performance.now() - begun).toBeLessThan(20_000);
  for (const session of sessions) {
    const types = (await logOf(server, session)).map(({ event_type }) => event_type);
    expect(types.filter((type) => type.startsWith("turn."))).toEqual(["turn.started", "turn.completed"]);
  }
  expect((await server.end()).log).not.toContain('"level":50');
}, 30_000);

describe("the command", () => {
  test("tells its version and its help", async () => {
    using folder = emptyFolder();
    expect(await run(folder.path, ["--version"])).toMatchObject({ exitCode: 0, stdout: `${VERSION}\n`, stderr: "" });
    const help = await run(folder.path, ["--help"]);
    expect(help).toMatchObject({ exitCode: 0, stderr: "" });
    for (const word of ["serve", "export-openapi"]) expect(help.stdout).toContain(word);
    const serveHelp = await run(folder.path, ["serve", "--help"]);
    for (const word of ["--port", "--data-dir", "AUTH_MODE", "DEFAULT_OPENAI_API_KEY"]) expect(serveHelp.stdout).toContain(word);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test("does not take what it does not know", async () => {
    using folder = emptyFolder();
    expect(await run(folder.path, ["sevre"])).toMatchObject({ exitCode: 2, stdout: "", stderr: expect.stringContaining('"sevre"') });
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test("prints the OpenAPI document and leaves nothing behind", async () => {
    using folder = emptyFolder();
    const { exitCode, stdout } = await run(folder.path, ["export-openapi"], { TMPDIR: folder.path });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ openapi: expect.stringMatching(/^3\.1\./), info: { title: "Everruns API" } });
    expect(readdirSync(folder.path)).toEqual([]);
  });
});

describe("it refuses to start", () => {
  test("on a data folder that another process has", async () => {
    using folder = emptyFolder();
    await using _first = await serve(folder.path);
    const second = await run(folder.path, ["serve"], { PORT: "0" });
    expect(second).toMatchObject({ exitCode: 3, stdout: "", stderr: expect.stringContaining("Another Everruns is running") });
    expect(second.ms).toBeLessThan(1000);
  });

  test("on a port that another program has", async () => {
    using folder = emptyFolder();
    using other = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    const { exitCode, stdout, stderr } = await run(folder.path, ["serve", "--port", String(other.port)]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 78, stdout: "" });
    expect(stderr).toBe(`everruns: Port ${other.port} is taken by another program. Stop it, or choose another port with --port.\n`);
  });

  test.each([
    ["AUTH_MODE", "admin", "AUTH_MODE=admin needs AUTH_ADMIN_EMAIL"],
    ["AUTH_MODE", "bogus", "AUTH_MODE must be"],
    ["HOST", "0.0.0.0", "HOST is an address that other machines reach"],
    ["PORT", "many", "PORT must be"],
    ["LOG_LEVEL", "loud", "LOG_LEVEL must be"],
    ["SECRETS_ENCRYPTION_KEY", "short", "SECRETS_ENCRYPTION_KEY is malformed"],
  ])("with %s=%s", async (variable, value, words) => {
    using folder = emptyFolder();
    const { exitCode, stdout, stderr } = await run(folder.path, ["serve"], { PORT: "0", [variable]: value });
    expect({ exitCode, stdout }).toEqual({ exitCode: 78, stdout: "" });
    expect(stderr).toStartWith(`everruns: ${words}`);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  /** Data as an orderly stop leaves it. */
  async function usedData(folder: string): Promise<string> {
    await using server = await serve(folder);
    await server.get("/health");
    expect((await server.end()).exitCode).toBe(0);
    return join(folder, "data/everruns.db");
  }

  function change(path: string, statement: string): void {
    const sqlite = new Sqlite(path);
    sqlite.run(statement);
    sqlite.run("PRAGMA wal_checkpoint(TRUNCATE)");
    sqlite.close();
  }

  const strangeDatabases: Record<string, { make: (folder: string) => Promise<string>; words: string }> = {
    empty: { words: "is empty", make: async (folder) => write(folder, "") },
    garbage: { words: "is not a database", make: async (folder) => write(folder, "not a database at all\n".repeat(1000)) },
    "of another program": {
      words: "belongs to another program",
      async make(folder) {
        const path = write(folder, "");
        change(path, "CREATE TABLE notes (text TEXT)");
        return path;
      },
    },
    "of a newer version": {
      words: "was written by a newer version",
      async make(folder) {
        const path = await usedData(folder);
        change(path, "INSERT INTO migrations (name, hash, applied_at) VALUES ('9999_later', 'x', 1)");
        return path;
      },
    },
    "cut short": {
      words: "is damaged",
      async make(folder) {
        const path = await usedData(folder);
        writeFileSync(path, readFileSync(path).subarray(0, 4096));
        return path;
      },
    },
    overwritten: {
      words: "is damaged",
      async make(folder) {
        const path = await usedData(folder);
        const bytes = readFileSync(path);
        writeFileSync(path, bytes.fill(0xab, 100));
        return path;
      },
    },
  };

  function write(folder: string, text: string): string {
    mkdirSync(join(folder, "data"), { mode: 0o700 });
    const path = join(folder, "data/everruns.db");
    writeFileSync(path, text);
    return path;
  }

  test.each(Object.keys(strangeDatabases))("on a database that is %s, and leaves it as it is", async (kind) => {
    using folder = emptyFolder();
    const path = await strangeDatabases[kind]!.make(folder.path);
    const before = readFileSync(path);
    const { exitCode, stdout, stderr } = await run(folder.path, ["serve"], { PORT: "0" });
    expect({ exitCode, stdout }).toEqual({ exitCode: 78, stdout: "" });
    expect(stderr).toStartWith("everruns: ");
    expect(stderr).toContain(strangeDatabases[kind]!.words);
    expect(readFileSync(path).equals(before)).toBe(true);
  });
});
