import { describe, expect, test } from "bun:test";
import { callTools, type Ended } from "../support/scripted";
import { type TestApp, testApp } from "../support/test-app";

const program = (language: string, code: string, timeout_seconds = 5) => ({
  name: "execute_code",
  arguments: { language, code, timeout_seconds },
});

async function run(app: TestApp, language: string, code: string, timeout?: number): Promise<Ended> {
  return (await callTools(app, ["sandbox"], [program(language, code, timeout)])).ends[0]!;
}

const put = (app: TestApp, session: { path: string }, path: string, content: string) =>
  app.call("PUT", `${session.path}/fs${path}`, { content });
const read = async (app: TestApp, session: { path: string }, path: string) =>
  (await app.get<{ content?: string }>(`${session.path}/fs${path}`)).body.content;

describe("what a program gives back", () => {
  test.each([
    ["javascript", "console.log('hi', { a: [1] }); 6 * 7", { stdout: "hi { a: [1] }\n", result: 42, exit_code: 0 }],
    [
      "javascript",
      "const wait = await new Promise((done) => setTimeout(() => done('later'), 1e9));\nwait",
      { result: "later", exit_code: 0 },
    ],
    ["javascript", "throw new TypeError('no')", { error: expect.stringContaining("TypeError: no"), exit_code: 1 }],
    ["typescript", "const twice = (n: number): number => n * 2;\ntwice(4)", { result: 8, exit_code: 0 }],
    ["typescript", "const = 3", { error: expect.stringContaining("SyntaxError"), exit_code: 1 }],
    ["shell", "printf 'b\\na\\n' | sort; echo oops >&2; exit 3", { stdout: "a\nb\n", stderr: "oops\n", exit_code: 3 }],
  ])("%s: %s", async (language, code, expected) => {
    await using app = await testApp();
    expect((await run(app, language, code)).result).toMatchObject(expected);
  });
});

describe("the session's files", () => {
  test("are there, and what is left of them is kept", async () => {
    await using app = await testApp();
    const session = await app.createSession((await app.createAgent({ capabilities: ["sandbox"] })).id);
    await put(app, session, "/in/numbers.txt", "3\n1\n2\n");
    await put(app, session, "/gone.txt", "x");
    const { ends } = await callTools(
      app,
      ["sandbox"],
      [
        program("shell", "sort -n /in/numbers.txt > /out.txt; rm gone.txt; mkdir -p deep/er; echo hi > deep/er/a.txt"),
        program(
          "javascript",
          "const fs = require('node:fs'); fs.writeFileSync('sum.txt', String(fs.readFileSync('/out.txt', 'utf8').trim().split('\\n').reduce((a, b) => a + +b, 0))); fs.readdirSync('/')",
        ),
      ],
      session,
    );
    expect(ends[0]!.result).toMatchObject({ files_written: ["/out.txt", "/deep/er/a.txt"], files_deleted: ["/gone.txt"] });
    expect(ends[1]!.result.result).toEqual(["deep", "in", "out.txt", "sum.txt"]);
    expect(await read(app, session, "/out.txt")).toBe("1\n2\n3\n");
    expect(await read(app, session, "/sum.txt")).toBe("6");
    expect(await read(app, session, "/deep/er/a.txt")).toBe("hi\n");
    expect((await app.get(`${session.path}/fs/gone.txt`)).status).toBe(404);
  });

  test("stay as they were when one of the changes is refused, or the program is stopped", async () => {
    await using app = await testApp();
    const session = await app.createSession((await app.createAgent({ capabilities: ["sandbox"] })).id);
    await app.call("PUT", `${session.path}/fs/fixed.txt`, { content: "old", is_readonly: true });
    const calls = [
      program("shell", "echo a > a.txt; echo new > fixed.txt"),
      program("javascript", "require('fs').writeFileSync('b', 'b'); while (true);", 1),
    ];
    const { ends } = await callTools(app, ["sandbox"], calls, session);
    expect(ends[0]).toMatchObject({ status: "error", error: "The file is read-only" });
    expect(ends[1]!.result).toMatchObject({ error: "The program ran for too long and was stopped", exit_code: 1 });
    expect((await app.get(`${session.path}/fs/a.txt`)).status).toBe(404);
    expect(await read(app, session, "/fixed.txt")).toBe("old");
  });
});

describe("nothing of the host", () => {
  test.each([
    ["javascript", "typeof fetch + typeof Bun + typeof process.exit + typeof WebSocket", "undefined".repeat(4)],
    ["javascript", "Object.keys(globalThis.constructor.constructor('return process')().env).length", 0],
    ["javascript", "try { require('child_process') } catch (error) { error.message }", expect.stringContaining("no module")],
    ["javascript", "try { require('fs').readFileSync('/etc/passwd') } catch (error) { error.code }", "ENOENT"],
  ])("%s: %s", async (language, code, expected) => {
    await using app = await testApp();
    expect((await run(app, language, code)).result.result).toEqual(expected);
  });

  test("a shell finds no files, programs, variables or network of this machine", async () => {
    process.env.CANARY = "canary-key";
    await using app = await testApp();
    const { result } = await run(
      app,
      "shell",
      `cat /etc/passwd; ls /root ${import.meta.dir}; env; curl http://127.0.0.1; bun -v; cat /proc/self/environ`,
    );
    expect(JSON.stringify(result)).not.toMatch(/root:x|canary-key|sandbox\.test/);
    expect(result.stderr).toContain("curl: command not found");
    expect(result.stderr).toContain("bun: command not found");
  });
});

describe("a program that does not end, or takes all it can get", () => {
  test.each([
    ["javascript", "while (true);", "ran for too long"],
    ["javascript", "(function again() { again() })()", "stack overflow"],
    ["javascript", "const all = []; while (true) all.push(new Array(1e6).fill(7))", "memory"],
    ["javascript", "let text = 'x'; while (true) text += text", "out of memory|string|too long|memory"],
    ["javascript", "/^(a+)+$/.test('a'.repeat(40) + '!')", "ran for too long|null"],
    ["shell", "while true; do :; done", "deadline"],
    ["shell", ":(){ :|:& };:", ""],
  ])("%s: %s", async (language, code, words) => {
    await using app = await testApp();
    const { result } = await run(app, language, code, 1);
    expect(JSON.stringify(result)).toMatch(new RegExp(words));
    expect((await app.get("/health")).status).toBe(200);
  });

  test("what it prints is cut off, and a cancelled turn ends it", async () => {
    await using app = await testApp();
    const { result } = await run(app, "javascript", "for (let line = 0; line < 100000; line++) console.log('x'.repeat(100))");
    expect(String(result.stdout).length).toBeLessThan(70_000);
    expect(result.stdout).toContain("more characters were cut off");

    const session = await app.createSession((await app.createAgent({ capabilities: ["sandbox"] })).id);
    const script = JSON.stringify([{ call: [program("javascript", "while (true);", 60)] }]);
    const { turn_id } = await app.say(session, `\`\`\`simulate\n${script}\n\`\`\``);
    await app.follow(session, ({ type }) => type === "tool.started");
    await app.post(`${session.path}/turns/${turn_id}/cancel`, {});
    const events = await app.follow(session, ({ type }) => type === "turn.cancelled");
    expect(events.find(({ type }) => type === "tool.completed")!.data.status).toBe("interrupted");
  });
});

test("a program whose server was gone before it began does not begin", async () => {
  const main = new URL("../../src/main.ts", import.meta.url).pathname;
  const child = Bun.spawn([process.execPath, main, "child", "sandbox", "1"], { stdin: "pipe", stdout: "ignore", stderr: "ignore" });
  expect(await child.exited).toBe(1);
});

test("programs of the machine are offered only where the operator lists them", async () => {
  await using app = await testApp();
  const { error } = await run(app, "python", "print(1)");
  expect(error).toContain("Bad arguments");
  expect(testApp({ env: { SANDBOX_PROGRAMS: "bash" } })).rejects.toThrow(/SANDBOX_PROGRAMS/);
});

describe.if(Bun.which("bwrap") !== null && Bun.which("python3") !== null)("python inside bubblewrap", () => {
  const env = { SANDBOX_PROGRAMS: "python, node" };

  test("sees the session's files, and nothing else of this machine", async () => {
    await using app = await testApp({ env });
    const session = await app.createSession((await app.createAgent({ capabilities: ["sandbox"] })).id);
    await put(app, session, "/data.csv", "a,b\n1,2\n");
    const code = [
      "import os, socket",
      "print(open('/data.csv').read().splitlines()[1], sorted(os.environ))",
      "open('/out.txt', 'w').write('from python')",
      "os.symlink('/etc/passwd', '/link')",
      "print(os.path.exists('/etc/passwd'), os.path.exists('/root'), os.path.exists('/work'))",
      "try: socket.create_connection(('127.0.0.1', 22), 1)",
      "except OSError as error: print('no network')",
    ].join("\n");
    const { ends } = await callTools(app, ["sandbox"], [program("python", code)], session);
    expect(ends[0]!.result).toMatchObject({ exit_code: 0, files_written: ["/out.txt"], files_deleted: [] });
    expect(ends[0]!.result.stdout).toBe("1,2 ['HOME', 'LANG', 'PATH', 'PWD']\nFalse False False\nno network\n");
    expect(await read(app, session, "/out.txt")).toBe("from python");
  });

  test.each([
    ["python", "while True: pass", "ran for too long"],
    ["python", "x = []\nwhile True: x.append(bytearray(10**8))", "MemoryError|too long"],
    ["python", "open('/big', 'w').write('x' * 200_000_000)", "File too large"],
    ["node", "console.log(6 * 7)", "42"],
  ])("%s: %s", async (language, code, words) => {
    await using app = await testApp({ env });
    expect(JSON.stringify((await run(app, language, code, 2)).result)).toMatch(new RegExp(words));
  });
});
