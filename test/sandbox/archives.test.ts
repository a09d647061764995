import { afterAll, beforeAll, expect, test } from "bun:test";
import type { SessionFile } from "@/domain/file";
import { gzipBomb, tarBomb, tarOf } from "../support/archive-bombs";
import { callTools } from "../support/scripted";
import { type TestApp, testApp } from "../support/test-app";

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app[Symbol.asyncDispose]());

/** Runs it over one uploaded archive, and tells what was kept. */
async function run(archive: Uint8Array<ArrayBuffer> | Buffer, code: string, language = "shell") {
  const session = await app.createSession((await app.createAgent({ capabilities: ["sandbox"] })).id);
  const headers = { "content-type": "application/octet-stream" };
  await fetch(`${app.url}${session.path}/fs/archive`, { method: "PUT", body: archive as Uint8Array<ArrayBuffer>, headers });
  const call = { name: "execute_code", arguments: { language, code, timeout_seconds: 4 } };
  const { ends } = await callTools(app, ["sandbox"], [call], session);
  const { items } = (await app.get<{ items: SessionFile[] }>(`${session.path}/fs?recursive=true`)).body;
  return { end: ends[0]!, files: items.filter(({ is_directory }) => !is_directory).map(({ path }) => path) };
}

test.each([
  ["gunzip -c archive | wc -c", gzipBomb],
  ["cp archive b.gz; gunzip b.gz; ls", gzipBomb],
  ["zcat archive | head -c 5", gzipBomb],
  ["tar xzf archive", () => tarBomb("zeros")],
  ["tar tzf archive", () => tarBomb("zeros")],
])(
  "%s of an archive that unpacks into gigabytes is stopped in words, and leaves nothing",
  async (code, archive) => {
    const { end, files } = await run(archive(), code);
    expect(files.filter((path) => path !== "/b.gz")).toEqual(["/archive"]);
    const { exit_code, error, stderr } = end.result ?? {};
    expect(exit_code === 0 ? "read" : `${error ?? ""}${stderr ?? ""}${end.error ?? ""}`).toMatch(/./);
    expect((await app.get("/health")).status).toBe(200);
  },
  30_000,
);

test.each(["../../etc/outside", "/root/outside", "x/../../outside"])(
  "an archive with the file %s puts it nowhere but among the session's",
  async (name) => {
    const { files } = await run(tarOf(name, "hello"), "tar xzf archive; true");
    for (const path of files) expect(path).toMatch(/^\/(archive|(root|etc|x)?\/?outside)$/);
  },
);

test("of what a program leaves, all is kept or nothing, and no more than is kept at once", async () => {
  const many = "const fs = require('fs'); for (let n = 0; n < 501; n++) fs.writeFileSync('/f' + n, 'x')";
  const { end, files } = await run(tarOf("a", "a"), many, "javascript");
  expect([end.status, files]).toEqual(["error", ["/archive"]]);
  expect(end.error).toContain("at most 500");

  const large = "const fs = require('fs'); fs.writeFileSync('/fine', 'y'.repeat(9e6)); fs.writeFileSync('/large', 'x'.repeat(11e6))";
  expect(await run(tarOf("a", "a"), large, "javascript")).toMatchObject({ end: { status: "error" }, files: ["/archive"] });
  const fine = "const fs = require('fs'); for (const n of [1, 2, 3]) fs.writeFileSync('/f' + n, String(n).repeat(9e6))";
  const kept = await run(tarOf("a", "a"), fine, "javascript");
  expect([kept.end.status, kept.files]).toEqual(["ok", ["/archive", "/f1", "/f2", "/f3"]]);
}, 30_000);
