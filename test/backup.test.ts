import { expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { emptyFolder, serve } from "./support/executable";
import { testApp } from "./support/test-app";

const main = join(import.meta.dir, "../src/main.ts");

async function everruns(...args: string[]): Promise<{ code: number; words: string; stdout: Uint8Array }> {
  const child = Bun.spawn([process.execPath, "run", main, ...args], { stdout: "pipe", stderr: "pipe", env: { PATH: process.env.PATH } });
  const [code, words, stdout] = await Promise.all([child.exited, new Response(child.stderr).text(), new Response(child.stdout).bytes()]);
  return { code, words, stdout };
}

test("a backup made under load is whole, and restoring it brings back what was there", async () => {
  const folder = mkdtempSync(join(tmpdir(), "everruns-backup-"));
  const file = join(folder, "copy.db");
  const app = await testApp();
  const session = await app.createSession((await app.createAgent()).id);
  await app.ask(session, "before the backup");

  let isDone = false;
  const load = (async () => {
    while (!isDone) await app.say(await app.createSession(session.agent_id), "noise");
  })();
  const backup = await everruns("backup", file, "--data-dir", app.dataDir);
  isDone = true;
  await load;
  expect(backup).toMatchObject({ code: 0 });
  expect(statSync(file).mode & 0o777).toBe(0o600);

  await app.ask(session, "after the backup");
  const refused = await everruns("restore", file, "--data-dir", app.dataDir);
  expect([refused.code, refused.words]).toEqual([3, expect.stringContaining("Another Everruns is running")]);

  await app.stop();
  expect(await everruns("restore", file, "--data-dir", app.dataDir)).toMatchObject({ code: 0 });
  await using restored = await testApp({ dataDir: app.dataDir });
  const texts = JSON.stringify(await restored.messages(session));
  expect(texts).toContain("before the backup");
  expect(texts).not.toContain("after the backup");
  expect(readdirSync(app.dataDir).some((name) => name.startsWith("everruns.db.replaced-"))).toBe(true);
  await restored.stop();
  rmSync(folder, { recursive: true });
  rmSync(app.dataDir, { recursive: true });
}, 30_000);

test("a backup goes to stdout with -, never overwrites, and a damaged one is not restored", async () => {
  const folder = mkdtempSync(join(tmpdir(), "everruns-backup-"));
  const file = join(folder, "copy.db");
  const app = await testApp();
  await app.createAgent();

  const { code, stdout } = await everruns("backup", "-", "--data-dir", app.dataDir);
  expect(code).toBe(0);
  expect(new TextDecoder().decode(stdout.slice(0, 15))).toBe("SQLite format 3");
  writeFileSync(file, stdout);
  expect(await everruns("backup", file, "--data-dir", app.dataDir)).toMatchObject({
    code: 78,
    words: expect.stringContaining("exists already"),
  });
  await app.stop();

  const before = readFileSync(join(app.dataDir, "everruns.db"));
  const damaged = Buffer.from(stdout);
  damaged.fill(0xee, 8192, 40_000);
  writeFileSync(file, damaged);
  expect(await everruns("restore", file, "--data-dir", app.dataDir)).toMatchObject({
    code: 78,
    words: expect.stringContaining("can't be restored"),
  });
  expect(readFileSync(join(app.dataDir, "everruns.db")).equals(before)).toBe(true);
  expect(existsSync(join(app.dataDir, "everruns.db.incoming"))).toBe(false);
  rmSync(folder, { recursive: true });
  rmSync(app.dataDir, { recursive: true });
}, 30_000);

test("scheduled backups are made and the oldest thrown away, what was cut short too, though one lies ahead of a clock that was set back", async () => {
  using folder = emptyFolder();
  const backups = join(folder.path, "data/backups");
  mkdirSync(backups, { recursive: true });
  for (const year of [2001, 2099]) writeFileSync(join(backups, `everruns-${year}-01-01T00-00-00Z.db`), "");
  writeFileSync(join(backups, "everruns-2001-01-01T00-00-01Z.db.unfinished"), "half");
  writeFileSync(join(backups, "someone-else.db.unfinished"), "theirs");
  await using _server = await serve(folder.path, { env: { BACKUP_EVERY_HOURS: "1", BACKUP_KEEP: "2" } });
  const made = () => readdirSync(backups).filter((name) => name.endsWith("Z.db") && !/everruns-2(001|099)/.test(name));
  while (made().length === 0 || readdirSync(backups).length > 3) await Bun.sleep(10);
  expect(readdirSync(backups).sort()).toEqual([made()[0]!, "everruns-2099-01-01T00-00-00Z.db", "someone-else.db.unfinished"]);
}, 30_000);
