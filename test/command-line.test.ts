import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
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

describe("a configuration file", () => {
  const show = async (toml: string, env: Record<string, string> = {}, mode = 0o600) => {
    const path = join(folder, `${crypto.randomUUID()}.toml`);
    writeFileSync(path, toml, { mode });
    return { path, ...(await everruns(["config", "show"], { EVERRUNS_CONFIG: path, ...env })) };
  };

  test("it gives settings under the names of their variables; a variable wins, and secrets are not shown", async () => {
    const toml =
      'port = 9123\nhost = "127.0.0.2"\nAUTH_JWT_SECRET = "canary-canary-canary-canary-canary"\ncors_allowed_origins = ["https://a.example", "https://b.example"]\n';
    const { path, code, out } = await show(toml, { HOST: "127.0.0.3" });
    expect(code).toBe(0);
    expect(out).toContain(`PORT\t9123\t${path}\n`);
    expect(out).toContain("HOST\t127.0.0.3\tenvironment\n");
    expect(out).toContain(`AUTH_JWT_SECRET\t[redacted]\t${path}\n`);
    expect(out).toContain("https://a.example,https://b.example");
    expect(out).toContain("LOG_LEVEL\tinfo\tdefault\n");
    expect(out).not.toContain("canary");
  });

  test("one that is named everruns.toml is read where the server is started", async () => {
    writeFileSync(join(folder, "everruns.toml"), "port = 99999\n");
    const { code, err } = await everruns(["serve"]);
    rmSync(join(folder, "everruns.toml"));
    expect({ code, err }).toEqual({ code: 78, err: expect.stringContaining("PORT must be a whole number") });
  });

  test.each<[what: string, toml: string, mode: number, words: string]>([
    ["that is no TOML", "port = ", 0o600, "can't be read as TOML"],
    ["with a slip in a name", "prot = 1", 0o600, '"prot", which is no setting'],
    ["with a table", "[port]\na = 1", 0o600, "port must be a text"],
    ["with a wrong value", 'auth_mode = "canary"', 0o600, "AUTH_MODE must be"],
    ["with a secret that others may read", 'auth_admin_password = "canary"', 0o644, "which holds AUTH_ADMIN_PASSWORD"],
  ])("one %s is refused, and its values are not repeated", async (_, toml, mode, words) => {
    const { code, err } = await show(toml, {}, mode);
    expect({ code, err }).toEqual({ code: 78, err: expect.stringContaining(words) });
    expect(err).not.toContain("canary");
  });

  test("one that is named and is not there is refused", async () => {
    const { code, err } = await everruns(["serve"], { EVERRUNS_CONFIG: join(folder, "nope.toml") });
    expect({ code, err }).toEqual({ code: 78, err: expect.stringContaining("EVERRUNS_CONFIG names a file that is not there") });
  });
});
