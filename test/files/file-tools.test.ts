import { afterAll, expect, test } from "bun:test";
import { callTools, filesApp, putText } from "./files-app";

const { app, agent, session, fs } = await filesApp();
afterAll(() => app[Symbol.asyncDispose]());

const bare = { size_bytes: expect.any(Number) };

test("every tool does what it says", async () => {
  const results = await callTools(
    app,
    session,
    [["write_file", { path: "notes/plan.md", content: "# Plan\n\n- one\n- two\n- one\n" }]],
    [
      ["read_file", { path: "/notes/plan.md" }],
      ["read_file", { path: "/notes/plan.md", start_line: 3, end_line: 4 }],
    ],
    [
      ["edit_file", { path: "/notes/plan.md", old_text: "- one", new_text: "- 1" }],
      ["edit_file", { path: "/notes/plan.md", old_text: "- two", new_text: "- 2" }],
      ["edit_file", { path: "/notes/plan.md", old_text: "- one", new_text: "- 1", replace_all: true }],
      ["edit_file", { path: "/notes/plan.md", old_text: "absent", new_text: "" }],
    ],
    [["move_file", { src_path: "/notes/plan.md", dst_path: "/archive/2026/plan.md" }]],
    [
      ["list_directory", {}],
      ["list_directory", { path: "/archive", recursive: true }],
      ["list_directory", { path: "/archive/2026/plan.md" }],
    ],
    [
      ["grep_files", { pattern: "^- \\d" }],
      ["grep_files", { pattern: "PLAN", case_sensitive: false }],
      ["grep_files", { pattern: "(" }],
    ],
    [
      ["find_files", { pattern: "*.md" }],
      ["find_files", { pattern: "/archive/**/*.md" }],
      ["find_files", { pattern: "2026" }],
    ],
    [
      ["stat_file", { path: "/archive/2026/plan.md" }],
      ["stat_file", { path: "/archive" }],
      ["stat_file", { path: "/absent" }],
    ],
    [
      ["delete_file", { path: "/archive" }],
      ["delete_file", { path: "/archive", recursive: true }],
      ["delete_file", { path: "/archive" }],
    ],
  );
  expect(results).toEqual([
    { result: { path: "/notes/plan.md", size_bytes: 26, created: true }, error: null },
    {
      result: { path: "/notes/plan.md", ...bare, content: "# Plan\n\n- one\n- two\n- one\n", start_line: 1, end_line: 5, total_lines: 5 },
      error: null,
    },
    { result: { path: "/notes/plan.md", ...bare, content: "- one\n- two", start_line: 3, end_line: 4, total_lines: 5 }, error: null },
    { result: null, error: "old_text is in the file 2 times. Give more of what is around it, or set replace_all." },
    { result: { path: "/notes/plan.md", replacements: 1, size_bytes: 24 }, error: null },
    { result: { path: "/notes/plan.md", replacements: 2, size_bytes: 20 }, error: null },
    { result: null, error: "old_text is not in the file. Read the file and give the text exactly as it is there." },
    { result: { src_path: "/notes/plan.md", path: "/archive/2026/plan.md" }, error: null },
    {
      result: {
        path: "/",
        entries: [
          { path: "/archive", is_directory: true },
          { path: "/notes", is_directory: true },
        ],
        total: 2,
      },
      error: null,
    },
    {
      result: {
        path: "/archive",
        entries: [
          { path: "/archive/2026", is_directory: true },
          { path: "/archive/2026/plan.md", size_bytes: 20 },
        ],
        total: 2,
      },
      error: null,
    },
    { result: null, error: "This is a file. Use read_file or stat_file." },
    {
      result: {
        matches: [
          { path: "/archive/2026/plan.md", line_number: 3, line: "- 1" },
          { path: "/archive/2026/plan.md", line_number: 4, line: "- 2" },
          { path: "/archive/2026/plan.md", line_number: 5, line: "- 1" },
        ],
        total: 3,
      },
      error: null,
    },
    { result: { matches: [{ path: "/archive/2026/plan.md", line_number: 1, line: "# Plan" }], total: 1 }, error: null },
    { result: null, error: "pattern must be a regular expression in RE2 syntax: without look-around and back-references" },
    { result: { entries: [{ path: "/archive/2026/plan.md", size_bytes: 20 }], total: 1 }, error: null },
    { result: { entries: [{ path: "/archive/2026/plan.md", size_bytes: 20 }], total: 1 }, error: null },
    {
      result: {
        entries: [
          { path: "/archive/2026", is_directory: true },
          { path: "/archive/2026/plan.md", size_bytes: 20 },
        ],
        total: 2,
      },
      error: null,
    },
    {
      result: {
        path: "/archive/2026/plan.md",
        name: "plan.md",
        is_directory: false,
        is_readonly: false,
        size_bytes: 20,
        created_at: expect.any(String),
        updated_at: expect.any(String),
        is_text: true,
      },
      error: null,
    },
    { result: expect.objectContaining({ path: "/archive", is_directory: true }), error: null },
    { result: null, error: "File not found" },
    { result: null, error: "The directory is not empty: delete it with recursive" },
    { result: { path: "/archive", deleted: 3 }, error: null },
    { result: null, error: "File not found" },
  ]);
});

test("calls of one step find what the calls before them wrote", async () => {
  const fresh = await app.createSession(agent.id);
  const results = await callTools(app, fresh, [
    ["write_file", { path: "/a.txt", content: "one" }],
    ["edit_file", { path: "/a.txt", old_text: "one", new_text: "two" }],
    ["read_file", { path: "/a.txt" }],
    ["move_file", { src_path: "/a.txt", dst_path: "/b.txt" }],
    ["write_file", { path: "/b.txt/c.txt", content: "below a file" }],
    ["read_file", { path: "/b.txt" }],
  ]);
  expect(results.map(({ error }) => error)).toEqual([
    null,
    null,
    null,
    null,
    "A file stands where a directory is needed: its path is the beginning of this one",
    null,
  ]);
  expect([results[2]!.result!.content, results[5]!.result!.content]).toEqual(["two", "two"]);
});

test("a write, its event and the end of its call stand in the log together, and a call that failed leaves no trace of a file", async () => {
  const fresh = await app.createSession(agent.id);
  await callTools(app, fresh, [
    ["write_file", { path: "/deep/er/a.txt", content: "a" }],
    ["write_file", { path: "/../b.txt", content: "b" }],
  ]);
  const { items } = (
    await app.expect<{ items: { event_type: string; turn_id: string; data: Record<string, unknown> }[] }>(
      `GET ${fresh.path}/events/list`,
      200,
    )
  ).body;
  const types = items.map(({ event_type }) => event_type);
  const at = types.indexOf("file.changed");
  expect(types.slice(at, at + 3)).toEqual(["file.changed", "tool.completed", "message.tool_result"]);
  expect(types.lastIndexOf("file.changed")).toBe(at);
  expect(items[at]).toMatchObject({
    turn_id: items[at + 1]!.turn_id,
    data: { path: "/deep/er/a.txt", change: "written", from_path: null, is_directory: false, is_readonly: false, size_bytes: 1 },
  });
  expect((await app.expect<{ total: number }>(`GET ${fresh.path}/fs?recursive=true`, 200)).body.total).toBe(3);
});

test("a model can neither change, move nor delete what a person made read-only", async () => {
  await app.expect(`PUT ${fs}/law/text.md`, 201, { content: "The law", is_readonly: true });
  const results = await callTools(app, session, [
    ["write_file", { path: "/law/text.md", content: "mine" }],
    ["edit_file", { path: "/law/text.md", old_text: "The", new_text: "My" }],
    ["move_file", { src_path: "/law/text.md", dst_path: "/mine.md" }],
    ["delete_file", { path: "/law/text.md" }],
    ["delete_file", { path: "/law", recursive: true }],
    ["move_file", { src_path: "/law", dst_path: "/mine" }],
    ["read_file", { path: "/law/text.md" }],
  ]);
  expect(results.slice(0, 4).map(({ error }) => error)).toEqual(Array(4).fill("The file is read-only"));
  expect(results.slice(4, 6).map(({ error }) => error)).toEqual(Array(2).fill("There is a read-only file in this directory"));
  expect(results[6]!.result!.content).toBe("The law");
});

test("a large file is read in pieces, and what is no text is described", async () => {
  const fresh = await app.createSession(agent.id);
  const lines = Array.from({ length: 5000 }, (_, index) => `line ${index + 1}`);
  await putText(app, `${fresh.path}/fs`, "/long.txt", `${lines.join("\n")}\n`);
  await putText(app, `${fresh.path}/fs`, "/wide.txt", "x".repeat(60_000));
  await app.expect(`PUT ${fresh.path}/fs/image.png`, 201, { content: "iVBORw0KGgo=", encoding: "base64" });
  const [first, last, wide, beyond, image, rewritten] = await callTools(app, fresh, [
    ["read_file", { path: "/long.txt" }],
    ["read_file", { path: "/long.txt", start_line: 4001 }],
    ["read_file", { path: "/wide.txt" }],
    ["read_file", { path: "/long.txt", start_line: 5001 }],
    ["read_file", { path: "/image.png" }],
    ["edit_file", { path: "/image.png", old_text: "a", new_text: "b" }],
  ]);
  expect(first!.result).toMatchObject({ start_line: 1, end_line: 2000, next_line: 2001, total_lines: 5000 });
  expect(last!.result).toMatchObject({ start_line: 4001, end_line: 5000, content: lines.slice(4000).join("\n") });
  expect(last!.result).not.toHaveProperty("next_line");
  expect(wide!.result!.note).toMatch(/^Line 1 is 60000 characters long/);
  expect((wide!.result!.content as string).length).toBe(50_000);
  expect(beyond!.error).toBe("The file has 5000 lines: start_line is beyond its end.");
  expect(image!.result).toEqual({
    path: "/image.png",
    size_bytes: 8,
    content: null,
    note: "This is not text but a PNG image: it can be moved, copied and deleted, not read.",
  });
  expect(rewritten!.error).toBe("This file is not text: write it anew with write_file.");
});
