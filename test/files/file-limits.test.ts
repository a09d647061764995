import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import type { SessionFile } from "@/domain/file";
import { callTools, filesApp, putText } from "./files-app";

type Failure = { code: string };

/** How many contents are kept, and the bytes of them. */
function keptIn(dataDir: string): [count: number, bytes: number] {
  using database = new Database(join(dataDir, "everruns.db"), { readonly: true });
  const row = database
    .query<{ count: number; bytes: number }, []>("select count(*) as count, coalesce(sum(length(bytes)), 0) as bytes from file_contents")
    .get()!;
  return [row.count, row.bytes];
}

/** Contents are let go of behind the answer. Never returns when they are not. */
async function untilKept(dataDir: string, wanted: [count: number, bytes: number]): Promise<void> {
  while (!Bun.deepEquals(keptIn(dataDir), wanted)) await Bun.sleep(5);
}

const MIB = 1024 * 1024;

test("a session may have so many files and so many bytes, for people and models alike", async () => {
  const { app, session, fs } = await filesApp({ env: { SESSION_FILES_MAX_COUNT: "5", SESSION_FILES_MAX_MIB: "2" } });
  await using _ = app;
  await putText(app, fs, "/a/b/c.txt", "");
  expect((await app.expect<Failure>(`PUT ${fs}/d/e/f.txt`, 409, { content: "" })).body.code).toBe("too_many_files");
  await putText(app, fs, "/d/e.txt", "");
  const [full] = await callTools(app, session, [["write_file", { path: "/g.txt", content: "" }]]);
  expect(full!.error).toBe("The session may have at most 5 files and directories: delete some first");
  await app.expect(`DELETE ${fs}/d?recursive=true`, 200);

  const put = async (path: string, bytes: number) =>
    (await fetch(`${app.url}${fs}${path}`, { method: "PUT", body: new Uint8Array(bytes) })).status;
  expect(await put("/large", 1.5 * MIB)).toBe(201);
  expect(await put("/larger", MIB)).toBe(409);
  expect(await put("/large", 2 * MIB)).toBe(200);
  expect((await app.expect<Failure>(`POST ${fs}/_/copy`, 409, { src_path: "/large", dst_path: "/copy" })).body.code).toBe("files_full");
  expect(await put("/large", 10)).toBe(200);
  expect(await put("/larger", MIB)).toBe(201);
});

test("one content is kept once over all sessions, and let go with the last that refers to it", async () => {
  const { app, agent, session, fs } = await filesApp();
  await using _ = app;
  const other = await app.createSession(agent.id);
  await putText(app, fs, "/one.txt", "same");
  await putText(app, fs, "/two.txt", "same");
  await putText(app, `${other.path}/fs`, "/three.txt", "same");
  await putText(app, `${other.path}/fs`, "/four.txt", "other");
  expect(keptIn(app.dataDir)).toEqual([2, 9]);
  const forked = (await app.post<{ id: string }>(`${other.path}/fork`, {})).body;
  expect(keptIn(app.dataDir)).toEqual([2, 9]);

  await app.call("DELETE", other.path);
  await app.call("DELETE", `/v1/sessions/${forked.id}`);
  await untilKept(app.dataDir, [1, 4]);
  // What was deleted belongs to the session's past still.
  await app.expect(`DELETE ${fs}/one.txt`, 200);
  await app.expect(`DELETE ${fs}/two.txt`, 200);
  expect(keptIn(app.dataDir)).toEqual([1, 4]);
  await app.call("DELETE", session.path);
  await untilKept(app.dataDir, [0, 0]);
});

test("a start lets go of contents whose sessions went another way", async () => {
  const { app, agent, fs } = await filesApp();
  await putText(app, fs, "/a.txt", "left");
  await app.stop();
  const database = new Database(join(app.dataDir, "everruns.db"));
  database.run("pragma foreign_keys = on");
  database.run("delete from agents where id = ?", [agent.id]);
  database.close();
  expect(keptIn(app.dataDir)).toEqual([1, 4]);
  const again = await filesApp({ dataDir: app.dataDir });
  await untilKept(app.dataDir, [0, 0]);
  await again.app[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
});

test("earlier versions have a limit of their own: the oldest are let go, and said to be", async () => {
  const { app, session, fs } = await filesApp({ env: { SESSION_FILES_PAST_MIB: "1" } });
  await using _ = app;
  for (const letter of ["a", "b", "c", "d"]) {
    const { status } = await fetch(`${app.url}${fs}/file.txt`, { method: "PUT", body: letter.repeat(MIB / 2) });
    expect(status).toBeLessThan(202);
  }
  expect(keptIn(app.dataDir)).toEqual([3, 1.5 * MIB]);
  expect((await app.expect<Failure>(`GET ${fs}/file.txt?at_sequence=1`, 409)).body.code).toBe("version_forgotten");
  expect((await app.expect<SessionFile>(`GET ${fs}/file.txt?at_sequence=2`, 200)).body.content).toStartWith("bb");
  expect((await app.expect<Failure>(`POST ${session.path}/fork`, 409, { after_sequence: 1 })).body.code).toBe("version_forgotten");
  await app.expect(`POST ${session.path}/fork`, 201, { after_sequence: 2 });
});

test("ten thousand files are written, listed, found, searched, moved and forked", async () => {
  const { app, session, fs } = await filesApp();
  await using _ = app;
  const names = Array.from({ length: 100 }, (_, index) => index);
  await Promise.all(names.map((name) => putText(app, fs, `/tree/0/file-${name}.txt`, `this is file ${name}\n`)));
  await Promise.all(names.slice(1).map((name) => app.expect(`POST ${fs}/_/copy`, 201, { src_path: "/tree/0", dst_path: `/tree/${name}` })));
  await putText(app, fs, "/tree/99/file-99.txt", "this is the last file\n", 200);
  const total = async (address: string) => (await app.expect<{ total: number }>(`GET ${address}`, 200)).body.total;
  expect([await total(`${fs}?recursive=true&limit=1`), await total(`${fs}/tree/7?limit=1`)]).toEqual([10_101, 100]);
  const [listed, found, grepped, moved] = await callTools(
    app,
    session,
    [
      ["list_directory", { path: "/tree/99" }],
      ["find_files", { pattern: "/tree/42/*-42.txt" }],
      ["grep_files", { pattern: "last \\w+$" }],
    ],
    [["move_file", { src_path: "/tree", dst_path: "/forest/tree" }]],
  );
  expect(listed!.result).toMatchObject({ total: 100 });
  expect(found!.result).toMatchObject({ entries: [{ path: "/tree/42/file-42.txt" }], total: 1 });
  expect(grepped!.result).toMatchObject({ matches: [{ path: "/tree/99/file-99.txt", line_number: 1 }] });
  expect(moved!.error).toBeNull();
  const forked = (await app.expect<{ id: string }>(`POST ${session.path}/fork`, 201, {})).body;
  expect(await total(`/v1/sessions/${forked.id}/fs/forest?recursive=true&limit=1`)).toBe(10_101);
  await app.expect(`DELETE ${fs}/forest?recursive=true`, 200);
  expect([await total(`${fs}?recursive=true`), await total(`/v1/sessions/${forked.id}/fs?recursive=true&limit=1`)]).toEqual([0, 10_102]);
});
