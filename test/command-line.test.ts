import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const main = join(import.meta.dir, "../src/main.ts");
const folder = mkdtempSync(join(tmpdir(), "everruns-cli-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

async function everruns(args: string[], env: Record<string, string> = {}): Promise<{ code: number; out: string; err: string }> {
  const child = Bun.spawn([process.execPath, "run", main, ...args], { cwd: folder, stdout: "pipe", stderr: "pipe", env });
  const [code, out, err] = await Promise.all([child.exited, new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { code, out, err };
}

test.each<[args: string[], words: string]>([
  [["serve", "--nope"], "--nope"],
  [["serve", "extra"], "extra"],
  [["--prot", "80"], "--prot"],
  [["serve", "--port"], "argument missing"],
  [["nope"], "no command"],
  [["constructor"], "no command"],
  [["backup"], "file"],
  [["backup", "a", "b"], "too many"],
])("wrong usage %j is said, and nothing is started", async (args, words) => {
  const { code, err } = await everruns(args);
  expect(code).toBe(2);
  expect(err).toContain(words);
  expect(err).toContain("--help");
});

test.each<[what: string, env: Record<string, string>, words: string]>([
  ["a port that is none", { PORT: "eighty" }, "PORT must be"],
  ["a log level that is none", { LOG_LEVEL: "loud" }, "LOG_LEVEL must be"],
  ["an auth mode that is none", { AUTH_MODE: "off" }, "AUTH_MODE must be"],
  ["a data folder that can't be made", { DATA_DIR: "/proc/nope" }, "can't be made"],
  ["a data folder that is a file", { DATA_DIR: main }, "can't be made"],
  ["an address that is none", { HOST: "nope.invalid", ALLOW_INSECURE_PUBLIC: "true", DATA_DIR: join(folder, "data") }, "can't listen"],
])("%s is refused with words and 78", async (_, env, words) => {
  const { code, err } = await everruns(["serve"], env);
  expect(code).toBe(78);
  expect(err).toContain(words);
  expect(err).not.toContain("    at ");
});

test("help has no colours in a pipe and names every variable", async () => {
  const { code, out } = await everruns(["serve", "--help"]);
  expect(code).toBe(0);
  expect(out).toContain("DEFAULT_OPENAI_API_KEY");
  expect(out).not.toContain("\u001b");
});

test("a setting's value, which may be a key, is not repeated", async () => {
  const { code, err } = await everruns(["serve"], { SECRETS_ENCRYPTION_KEY: "canary-key-value", DATA_DIR: join(folder, "data2") });
  expect(code).toBe(78);
  expect(err).not.toContain("canary");
});
