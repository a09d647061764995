import { afterAll, expect, test } from "bun:test";
import type { FileInfo, GrepResult, SessionFile } from "@/domain/file";
import { UNKNOWN_ID } from "../support/contract-app";
import { head, rawHttp } from "../support/raw-http";
import { filesApp, putText } from "./files-app";

const { app, agent, session, fs } = await filesApp();
afterAll(() => app[Symbol.asyncDispose]());

type List = { items: FileInfo[]; total: number };
type Failure = { code: string; error: string };

const fresh = async () => `${(await app.createSession(agent.id)).path}/fs`;
const pathsIn = async (address: string) => (await app.expect<List>(`GET ${address}`, 200)).body.items.map(({ path }) => path);
const put = (address: string, body: BodyInit, headers: Record<string, string> = {}) =>
  fetch(app.url + address, { method: "PUT", body, headers });

test("a file is made with the directories above it, read, replaced and deleted", async () => {
  const made = (await app.expect<SessionFile>(`POST ${fs}/src/main.rs`, 201, { content: "fn main() {}" })).body;
  expect(made).toMatchObject({
    session_id: session.id,
    path: "/src/main.rs",
    name: "main.rs",
    content: "fn main() {}",
    encoding: "text",
    size_bytes: 12,
  });
  expect((await app.expect<Failure>(`POST ${fs}/src/main.rs`, 409, { content: "" })).body.code).toBe("file_exists");

  const replaced = (await putText(app, fs, "/src/main.rs", "fn main() { 1 }", 200)).body;
  expect(replaced).toMatchObject({ id: made.id, created_at: made.created_at, content: "fn main() { 1 }" });
  expect((await app.expect<SessionFile>(`GET ${fs}/src/main.rs`, 200)).body).toEqual(replaced);
  const { content: _, encoding: __, ...info } = replaced;
  expect((await app.expect(`POST ${fs}/_/stat`, 200, { path: "src/main.rs" })).body).toEqual(info);

  expect((await app.expect<List>(`GET ${fs}`, 200)).body.items).toMatchObject([{ path: "/src", is_directory: true, size_bytes: 0 }]);
  expect(await pathsIn(`${fs}/src`)).toEqual(["/src/main.rs"]);
  expect(await pathsIn(`${fs}?recursive=true`)).toEqual(["/src", "/src/main.rs"]);
  expect((await app.expect<Failure>(`DELETE ${fs}/src`, 409)).body.code).toBe("directory_not_empty");
  await app.expect(`DELETE ${fs}/src?recursive=true`, 200);
  await app.expect(`GET ${fs}/src/main.rs`, 404);
  await app.expect(`DELETE ${fs}/src`, 404);
});

test("directories are made, stay when they are empty, and are no files", async () => {
  const at = await fresh();
  expect((await app.expect<SessionFile>(`POST ${at}/docs/old`, 201, { is_directory: true })).body).toMatchObject({
    is_directory: true,
    content: null,
  });
  await app.expect(`POST ${at}/docs`, 409, { is_directory: true });
  expect((await app.expect<Failure>(`PUT ${at}/docs`, 409, { content: "" })).body.code).toBe("is_a_directory");
  await putText(app, at, "/file", "");
  expect((await app.expect<Failure>(`PUT ${at}/file/below`, 409, { content: "" })).body.code).toBe("not_a_directory");
  expect((await app.post(`${at}/`, { content: "" })).status).toBe(400);
  expect((await app.call("DELETE", `${at}/`)).status).toBe(409);
  expect(await pathsIn(`${at}/docs`)).toEqual(["/docs/old"]);
});

test("bytes come as they are sent, as base64 and as a download", async () => {
  const at = await fresh();
  const bytes = new Uint8Array([0, 255, 1, 254, 10]);
  const sent = await put(`${at}/data/blob.bin`, bytes);
  expect([sent.status, await sent.json()]).toEqual([201, expect.objectContaining({ path: "/data/blob.bin", size_bytes: 5 })]);
  expect((await app.expect<SessionFile>(`GET ${at}/data/blob.bin`, 200)).body).toMatchObject({ encoding: "base64", content: "AP8B/go=" });
  for (const [query, headers] of [
    ["?raw=true", {}],
    ["", { accept: "application/octet-stream" }],
  ] as const) {
    const download = await fetch(`${app.url}${at}/data/blob.bin${query}`, { headers });
    expect(new Uint8Array(await download.arrayBuffer())).toEqual(bytes);
    expect(download.headers.get("content-disposition")).toBe("attachment; filename*=UTF-8''blob.bin");
    expect(download.headers.get("x-content-type-options")).toBe("nosniff");
  }
  for (const type of ["text/html", "application/x-www-form-urlencoded", "image/png"]) {
    expect((await put(`${at}/page`, "<script>", { "content-type": type })).status).toBeLessThan(202);
    const shown = await fetch(`${app.url}${at}/page?raw=true`);
    expect(shown.headers.get("content-type")).toBe("application/octet-stream");
  }
  expect((await put(`${at}/empty`, "")).status).toBe(201);
  await app.expect(`PUT ${at}/copied`, 201, { content: "AP8B/go=", encoding: "base64" });
  await app.expect(`PUT ${at}/bad`, 400, { content: "not base64!", encoding: "base64" });
  expect((await fetch(`${app.url}${at}/data/blob.bin?raw=true`, { method: "HEAD" })).status).toBe(200);
});

test("a file of 10 MiB fits, one byte more does not, nor does it anywhere else", async () => {
  const at = await fresh();
  const largest = new Uint8Array(10 * 1024 * 1024).fill(97);
  expect((await put(`${at}/large`, largest)).status).toBe(201);
  expect((await fetch(`${app.url}${at}/large?raw=true`).then((answer) => answer.arrayBuffer())).byteLength).toBe(largest.byteLength);
  expect((await put(`${at}/larger`, new Uint8Array(largest.byteLength + 1))).status).toBe(413);
  expect((await app.call("POST", `${at}/_/stat`, { path: "x".repeat(1_100_000) })).status).toBe(413);
  expect((await app.call("PUT", `${at.replace("/fs", "")}`, "x".repeat(1_100_000))).status).toBe(413);
});

test("files and directories are moved and copied, and nothing is overwritten by it", async () => {
  const at = await fresh();
  await putText(app, at, "/a/b/one.txt", "1");
  await putText(app, at, "/a/two.txt", "2");
  const before = (await app.expect<SessionFile>(`GET ${at}/a/two.txt`, 200)).body;
  expect((await app.expect<FileInfo>(`POST ${at}/_/move`, 200, { src_path: "/a", dst_path: "/x/y" })).body.path).toBe("/x/y");
  expect(await pathsIn(`${at}?recursive=true`)).toEqual(["/x", "/x/y", "/x/y/b", "/x/y/b/one.txt", "/x/y/two.txt"]);
  expect((await app.expect<SessionFile>(`GET ${at}/x/y/two.txt`, 200)).body).toMatchObject({ id: before.id, content: "2" });

  await app.expect(`POST ${at}/_/copy`, 201, { src_path: "/x/y", dst_path: "/copy" });
  expect((await app.expect<SessionFile>(`GET ${at}/copy/two.txt`, 200)).body.id).not.toBe(before.id);
  expect((await app.expect<Failure>(`POST ${at}/_/copy`, 409, { src_path: "/x/y/two.txt", dst_path: "/copy/b/one.txt" })).body.code).toBe(
    "file_exists",
  );
  for (const dst_path of ["/x", "/x/y/z"]) await app.expect(`POST ${at}/_/move`, 400, { src_path: "/x", dst_path });
  await app.expect(`POST ${at}/_/move`, 404, { src_path: "/absent", dst_path: "/z" });
  await app.expect(`POST ${at}/_/move`, 409, { src_path: "/", dst_path: "/z" });

  const name = "n".repeat(250);
  for (const path of [`/deep/${name}`, `/deep/${name}/${name}/${name}/n`]) await putText(app, at, `${path}/file`, "");
  await app.expect(`POST ${at}/_/move`, 400, { src_path: "/deep", dst_path: `/${name}/${name}` });
});

test("read-only is said and taken back by people", async () => {
  const at = await fresh();
  await app.expect(`POST ${at}/law`, 201, { content: "law", is_readonly: true });
  expect((await app.expect<Failure>(`PUT ${at}/law`, 409, { content: "mine" })).body.code).toBe("file_readonly");
  await app.expect(`POST ${at}/_/move`, 409, { src_path: "/law", dst_path: "/z" });
  expect((await app.expect<SessionFile>(`PUT ${at}/law`, 200, { is_readonly: false })).body).toMatchObject({
    is_readonly: false,
    content: "law",
  });
  await putText(app, at, "/law", "mine", 200);
  await app.expect(`PUT ${at}/law`, 200, { is_readonly: true });
  await app.expect(`PUT ${at}/law`, 200, { content: "ours", is_readonly: false });
  await app.expect(`PUT ${at}/absent`, 404, { is_readonly: true });
  await app.expect(`PUT ${at}/law`, 400, {});
});

test("the text of files is searched line by line", async () => {
  const at = await fresh();
  const grep = async (body: object) =>
    (await app.expect<{ items: GrepResult[]; is_truncated: boolean }>(`POST ${at}/_/grep`, 200, body)).body;
  await putText(app, at, "/src/a.ts", "const one = 1;\r\nconst two = 2;\n\nlet Three = 3;");
  await putText(app, at, "/src/b.md", "const in prose\n");
  await app.expect(`PUT ${at}/binary`, 201, { content: "AGNvbnN0", encoding: "base64" });
  expect((await grep({ pattern: "const \\w+ =" })).items).toEqual([
    {
      path: "/src/a.ts",
      matches: [
        { path: "/src/a.ts", line_number: 1, line: "const one = 1;" },
        { path: "/src/a.ts", line_number: 2, line: "const two = 2;" },
      ],
    },
  ]);
  const linesOf = async (body: object) =>
    (await grep(body)).items.flatMap(({ matches }) => matches.map(({ path, line_number }) => `${path}:${line_number}`));
  expect(await linesOf({ pattern: "const" })).toEqual(["/src/a.ts:1", "/src/a.ts:2", "/src/b.md:1"]);
  expect(await linesOf({ pattern: "const", path_pattern: "*.md" })).toEqual(["/src/b.md:1"]);
  expect(await linesOf({ pattern: "two|prose" })).toEqual(["/src/a.ts:2", "/src/b.md:1"]);
  expect(await linesOf({ pattern: "THREE", is_case_sensitive: false })).toEqual(["/src/a.ts:4"]);
  expect(await linesOf({ pattern: ";$" })).toEqual(["/src/a.ts:1", "/src/a.ts:2", "/src/a.ts:4"]);
  expect(await linesOf({ pattern: "^$" })).toEqual(["/src/a.ts:3"]);
  expect(await grep({ pattern: "const", max_matches: 2 })).toMatchObject({ is_truncated: true, items: [{ matches: [{}, {}] }] });
  for (const pattern of ["(", "(?=a)", "(a)\\1", "(a{1000}){1000}", "(a|b)*a(a|b){999}[cd]"])
    await app.expect(`POST ${at}/_/grep`, 400, { pattern });

  await putText(app, at, "/wide.txt", `${"x".repeat(200_000)}needle${"y".repeat(200_000)}`);
  for (const pattern of ["needle", "ne+d[lm]e"]) {
    const [wide] = (await grep({ pattern })).items;
    expect(wide!.matches[0]!.line).toContain("needle");
    expect(wide!.matches[0]!.line.length).toBeLessThan(500);
  }
});

test("every change by a person is told in the log, and past moments can be looked at", async () => {
  const other = await app.createSession(agent.id);
  const at = `${other.path}/fs`;
  await putText(app, at, "/a/one.txt", "1");
  await putText(app, at, "/a/one.txt", "1", 200);
  await putText(app, at, "/a/one.txt", "2", 200);
  await app.expect(`POST ${at}/_/move`, 200, { src_path: "/a", dst_path: "/b" });
  await app.expect(`POST ${at}/_/copy`, 201, { src_path: "/b/one.txt", dst_path: "/c.txt" });
  await app.expect(`DELETE ${at}/b?recursive=true`, 200);
  const { items } = (
    await app.expect<{ items: { event_type: string; turn_id: null; data: Record<string, unknown> }[] }>(
      `GET ${other.path}/events/list`,
      200,
    )
  ).body;
  expect(items.map(({ event_type, turn_id, data: { path, change, from_path } }) => [event_type, turn_id, path, change, from_path])).toEqual(
    [
      ["file.changed", null, "/a/one.txt", "written", null],
      ["file.changed", null, "/a/one.txt", "written", null],
      ["file.changed", null, "/b", "moved", "/a"],
      ["file.changed", null, "/c.txt", "copied", "/b/one.txt"],
      ["file.changed", null, "/b", "deleted", null],
    ],
  );
  const then = (sequence: number) => pathsIn(`${at}?recursive=true&at_sequence=${sequence}`);
  expect(await Promise.all([0, 1, 2, 3, 4, 5].map(then))).toEqual([
    [],
    ["/a", "/a/one.txt"],
    ["/a", "/a/one.txt"],
    ["/b", "/b/one.txt"],
    ["/b", "/b/one.txt", "/c.txt"],
    ["/c.txt"],
  ]);
  expect((await app.expect<SessionFile>(`GET ${at}/a/one.txt?at_sequence=1`, 200)).body.content).toBe("1");
});

test.each([
  ["up, encoded", "%2e%2e%2fetc"],
  ["up, half encoded", "a%2f..%2fb"],
  ["up at the end", "a%2f%2e%2e"],
  ["NUL", "a%00b"],
  ["a line break", "a%0ab"],
  ["DEL", "a%7fb"],
  ["a C1 control character", "a%c2%85b"],
  ["a line separator", "a%e2%80%a8b"],
  ["the reserved name", "%5f/stat"],
  ["the reserved name with more behind it", "%5f/a"],
  ["1,025 bytes", `${"a/".repeat(10)}${"b".repeat(1005)}`],
  ["33 levels", `${"a/".repeat(32)}b`],
])("a path with %s is refused, whatever is asked", async (_, path) => {
  const at = await fresh();
  for (const method of ["GET", "PUT", "POST", "DELETE"]) {
    const body = method === "GET" || method === "DELETE" ? "" : "{}";
    const headers = { "content-type": "application/json", "content-length": String(body.length) };
    const { status } = await rawHttp(app.url, head(app.url, `${method} ${at}/${path}`, headers) + body);
    expect([method, status]).toEqual([method, 400]);
  }
  const given = decodeURIComponent(path);
  for (const action of ["move", "copy"]) await app.expect(`POST ${at}/_/${action}`, 400, { src_path: given, dst_path: "/x" });
  expect(await pathsIn(at)).toEqual([]);
});

test("an address that goes up is read as addresses are: it leaves the files, and reaches nothing of the host", async () => {
  const at = await fresh();
  for (const path of ["../../../../../etc/passwd", "a/../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd", "..\\..\\etc\\passwd"])
    expect([path, (await rawHttp(app.url, head(app.url, `GET ${at}/${path}`))).status]).toEqual([path, 404]);
});

test.each([
  ["a leading slash or none", "/a.txt", "a.txt"],
  ["doubled slashes", "/a//b.txt", "/a/b.txt"],
  ["a dot for here", "/./a/./b.txt", "/a/b.txt"],
  ["a composed and a decomposed letter", "/caf\u00e9.txt", "/cafe\u0301.txt"],
  ["Hangul and its letters", "/\ud55c.txt", "/\u1112\u1161\u11ab.txt"],
])("%s make no other file", async (_, one, other) => {
  const at = await fresh();
  await app.expect(`POST ${at}/to-copy`, 201, { content: "x" });
  await app.expect(`POST ${at}/_/copy`, 201, { src_path: "/to-copy", dst_path: one });
  await app.expect(`POST ${at}/_/copy`, 409, { src_path: "/to-copy", dst_path: other });
  const stat = async (path: string) => (await app.expect<FileInfo>(`POST ${at}/_/stat`, 200, { path })).body.path;
  expect(await stat(one)).toBe(await stat(other));
});

test("capitals, blanks and signs make a name of their own", async () => {
  const at = await fresh();
  const names = [
    "README",
    "readme",
    "a b.txt",
    "100%.txt",
    "a+b",
    "?",
    "#",
    "\\..\\x",
    "日本語",
    "🧪",
    "'\"<script>.html",
    "-rf",
    "~",
    "...",
    "__init__.py",
    ".env",
  ];
  for (const name of names) expect([name, (await put(`${at}/${encodeURIComponent(name)}`, name)).status]).toEqual([name, 201]);
  expect((await pathsIn(at)).toSorted()).toEqual(names.map((name) => `/${name}`).toSorted());
  for (const name of names) expect((await app.expect<SessionFile>(`GET ${at}/${encodeURIComponent(name)}`, 200)).body.content).toBe(name);
});

test("another session's files, and those of a session that is not there, are not found", async () => {
  const other = await fresh();
  await putText(app, other, "/secret.txt", "secret");
  const wrong = [`/v1/agents/${UNKNOWN_ID}/sessions/${session.id}/fs`, `/v1/sessions/${UNKNOWN_ID}/fs`];
  await app.expect(`GET ${fs}/secret.txt`, 404);
  for (const at of wrong) {
    for (const method of ["GET", "DELETE"]) await app.expect(`${method} ${at}/secret.txt`, 404);
    for (const method of ["PUT", "POST"]) await app.expect(`${method} ${at}/secret.txt`, 404, { content: "" });
    await app.expect(`GET ${at}`, 404);
    await app.expect(`POST ${at}/_/stat`, 404, { path: "/secret.txt" });
    await app.expect(`POST ${at}/_/grep`, 404, { pattern: "secret" });
    for (const action of ["move", "copy"]) await app.expect(`POST ${at}/_/${action}`, 404, { src_path: "/secret.txt", dst_path: "/x" });
  }
});
