import { Database as Sqlite } from "bun:sqlite";
import type { Site } from "../test/promises/site";
import type { Client } from "../test/support/client";
import { copySessions, replaceEvents } from "../test/support/many-rows";

type Talk = { id: string; path: string };
export type Given = { client: Client; talk: Talk; agentId: string; site: Site };

export type Case = {
  name: string;
  env?: Record<string, string>;
  /** Writes into the database of a stopped server. */
  prepare?: (database: string, sessionId: string) => void;
  /** Returns the answers' statuses. */
  act: (given: Given) => Promise<number[]>;
  /** What goes on after the answer is watched for so long. Milliseconds. */
  settleMs?: number;
};

const EVENT_BYTES = 1000;
const TREE = 9990;
const MANY_MS = 3000;

export const edit = (change: (sqlite: Sqlite, sessionId: string) => void) => (database: string, sessionId: string) => {
  using sqlite = new Sqlite(database);
  sqlite.run("PRAGMA synchronous = OFF");
  sqlite.run("PRAGMA foreign_keys = ON");
  sqlite.transaction(() => change(sqlite, sessionId))();
  sqlite.run("PRAGMA wal_checkpoint(TRUNCATE)");
};

const numbers = (count: number): string => `WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count})`;

const longLog = (events: number) => edit((sqlite, id) => replaceEvents(sqlite, id, events, EVENT_BYTES));

/** A directory `/tree` with so many small files, each of other content. */
export function addTree(sqlite: Sqlite, sessionId: string): void {
  const now = Date.now();
  sqlite.run(`${numbers(TREE)} INSERT INTO file_contents (hash, size_bytes, is_text, bytes)
    SELECT printf('%064x', n), 10, 1, cast(printf('%010d', n) AS blob) FROM numbers`);
  const columns = "(session_id, path, since, until, id, parent, is_directory, is_readonly, size_bytes, hash, created_at, updated_at)";
  sqlite.run(`INSERT INTO files ${columns} VALUES (?, '/tree', 1, NULL, 'tree', '/', 1, 0, 0, NULL, ${now}, ${now})`, [sessionId]);
  sqlite.run(
    `${numbers(TREE)} INSERT INTO files ${columns}
     SELECT ?, printf('/tree/file-%06d', n), 1, NULL, 'file-' || n, '/tree', 0, 0, 10, printf('%064x', n), ${now}, ${now} FROM numbers`,
    [sessionId],
  );
  sqlite.run(`INSERT INTO file_usage (session_id, entries, present_bytes, past_bytes) VALUES (?, ${TREE + 1}, ${TREE * 10}, 0)`, [
    sessionId,
  ]);
}

/** In place of a session's events so many messages of so many bytes, all with the word `word`, and in the index too. */
function addMessages(sqlite: Sqlite, sessionId: string, messages: number, bytes: number): void {
  replaceEvents(sqlite, sessionId, messages, 1);
  const data = JSON.stringify({
    id: "@",
    message_id: "@",
    session_id: sessionId,
    turn_id: null,
    sequence: 1,
    role: "user",
    content: [{ type: "text", text: "word # %.*c" }],
    created_at: new Date().toISOString(),
  });
  sqlite.run(
    `UPDATE events SET type = 'message.user', data = replace(replace(printf('${data}', ${bytes}, 'x'), '@', id), '#', sequence) WHERE session_id = ?`,
    [sessionId],
  );
  sqlite.run("INSERT OR IGNORE INTO search_documents (session_id, sequence) SELECT session_id, sequence FROM events WHERE session_id = ?", [
    sessionId,
  ]);
  sqlite.run("INSERT INTO search_index (rowid, words) SELECT id, 'word ' || sequence FROM search_documents WHERE session_id = ?", [
    sessionId,
  ]);
  sqlite.run(`INSERT OR REPLACE INTO search_progress (session_id, sequence) VALUES (?, ${messages})`, [sessionId]);
}

/** The same request for a while, two at once. */
async function again(send: () => Promise<number>): Promise<number[]> {
  const until = performance.now() + MANY_MS;
  const statuses: number[] = [];
  const one = async () => {
    while (performance.now() < until) statuses.push(await send());
  };
  await Promise.all([one(), one()]);
  return statuses;
}

const status = async (answer: Promise<Response>): Promise<number> => {
  const got = await answer;
  for await (const _ of got.body ?? []);
  return got.status;
};

const put = ({ client, talk }: Given, name: string, body: string, type: string) =>
  status(fetch(`${client.url}${talk.path}/fs/${name}`, { method: "PUT", body, headers: { "content-type": type } }));

let fresh = 0;
const json = "application/json";
const escapes = "\\n".repeat(4_500_000);
const numbersBody = `[${Array.from({ length: 500_000 }, () => "1").join(",")}]`;
const aaa = "a".repeat(9_000_000);

export const LAG_CASES: readonly Case[] = [
  {
    name: "a message of 9 MB",
    act: ({ client, talk }) => again(async () => (await client.post(`${talk.path}/messages`, { message: { content: aaa } })).status),
  },
  {
    name: "a message of 1 MB",
    act: ({ client, talk }) =>
      again(async () => (await client.post(`${talk.path}/messages`, { message: { content: aaa.slice(0, 1_000_000) } })).status),
  },
  { name: "a file of 9 MB as bytes", act: (given) => again(() => put(given, `f${fresh++ % 9}`, `${fresh}${aaa}`, "text/plain")) },
  {
    name: "a file of 9 MB as JSON",
    act: (given) => again(() => put(given, `f${fresh++ % 9}`, JSON.stringify({ content: `${fresh}${aaa}` }), json)),
  },
  {
    name: "a file of 9 MB as base64",
    act: (given) => again(() => put(given, "f", JSON.stringify({ content: "QUJD".repeat(2_300_000), encoding: "base64" }), json)),
  },
  { name: "a file of 9 MB of escapes", act: (given) => again(() => put(given, "f", `{"content":"${escapes}"}`, json)) },
  { name: "a body of 500,000 numbers", act: ({ client }) => again(async () => (await client.post("/v1/agents", numbersBody)).status) },
  {
    name: "reading a file of 9 MB",
    act: async (given) => [
      await put(given, "f", aaa, "text/plain"),
      ...(await again(() => status(fetch(`${given.client.url}${given.talk.path}/fs/f`)))),
    ],
  },
  {
    name: "a filtered list of 30,000 events",
    prepare: longLog(30_000),
    act: ({ client, talk }) => again(async () => (await client.get(`${talk.path}/events/list?limit=1&types=message.user`)).status),
  },
  {
    name: "the document, first asked",
    act: async ({ client }) => [(await client.get("/api-doc/openapi.json")).status],
  },
  {
    name: "a fork of 30,000 events",
    prepare: longLog(30_000),
    act: async ({ client, talk }) => [(await client.post(`${talk.path}/fork`, {})).status],
  },
  {
    name: "a fork of 10,000 files",
    prepare: edit((sqlite, id) => {
      replaceEvents(sqlite, id, 10, EVENT_BYTES);
      addTree(sqlite, id);
    }),
    act: async ({ client, talk }) => [(await client.post(`${talk.path}/fork`, {})).status],
  },
  ...(["move", "copy", "delete", "list"] as const).map(
    (what): Case => ({
      name: `10,000 files: ${what}`,
      env: { SESSION_FILES_MAX_COUNT: "30000" },
      prepare: edit((sqlite, id) => {
        replaceEvents(sqlite, id, 10, EVENT_BYTES);
        addTree(sqlite, id);
      }),
      act: async ({ client, talk }) => {
        if (what === "list") return [(await client.get(`${talk.path}/fs?recursive=true&limit=1000`)).status];
        if (what === "delete") return [(await client.call("DELETE", `${talk.path}/fs/tree?recursive=true`)).status];
        return [(await client.post(`${talk.path}/fs/_/${what}`, { src_path: "/tree", dst_path: "/other" })).status];
      },
    }),
  ),
  {
    name: "deleting a session of 100,000 events",
    prepare: longLog(100_000),
    act: async ({ client, talk }) => [(await client.call("DELETE", talk.path)).status],
    settleMs: 8000,
  },
  {
    name: "deleting a session of 30,000 messages that can be searched",
    prepare: edit((sqlite, id) => addMessages(sqlite, id, 30_000, 200)),
    act: async ({ client, talk }) => [(await client.call("DELETE", talk.path)).status],
    settleMs: 6000,
  },
  {
    name: "deleting an agent with 2,000 sessions",
    prepare: edit((sqlite) => copySessions(sqlite, 2000, 50, EVENT_BYTES)),
    act: async ({ client, agentId }) => [(await client.call("DELETE", `/v1/agents/${agentId}`)).status],
    settleMs: 8000,
  },
  {
    name: "searching for a word of 50,000 messages",
    prepare: edit((sqlite, id) => addMessages(sqlite, id, 50_000, 200)),
    act: ({ client }) => again(async () => (await client.get("/v1/search?q=w&limit=100")).status),
  },
  {
    name: "searching with an offset beyond everything",
    prepare: edit((sqlite, id) => addMessages(sqlite, id, 50_000, 200)),
    act: ({ client }) => again(async () => (await client.get("/v1/search?q=word&limit=100&offset=49000")).status),
  },
  {
    name: "a list of 300 messages of 1 MB",
    prepare: edit((sqlite, id) => addMessages(sqlite, id, 300, 1_000_000)),
    act: async ({ client, talk }) => [await status(fetch(`${client.url}${talk.path}/messages?limit=1000`))],
  },
  {
    name: "a list of 300 events of 1 MB",
    prepare: edit((sqlite, id) => addMessages(sqlite, id, 300, 1_000_000)),
    act: async ({ client, talk }) => [await status(fetch(`${client.url}${talk.path}/events/list?limit=1000`))],
  },
  {
    name: "the messages of a long log",
    prepare: edit((sqlite, id) => addMessages(sqlite, id, 30_000, 200)),
    act: ({ client, talk }) => again(async () => (await client.get(`${talk.path}/messages?limit=1&offset=29000`)).status),
  },
  {
    name: "grep with a costly pattern",
    act: async (given) => {
      for (const n of [1, 2, 3]) await put(given, `f${n}`, "abcdefghij klmnop ".repeat(300_000), "text/plain");
      const pattern = "(.*)(x|y|z)(.*)([0-9]{20})";
      return again(async () => (await given.client.post(`${given.talk.path}/fs/_/grep`, { pattern })).status);
    },
  },
  {
    name: "a write-ahead log of 400 MB, written back",
    act: async (given) => {
      using reader = new Sqlite(given.site.database, { readonly: true });
      reader.run("BEGIN");
      reader.query("SELECT count(*) FROM events").get();
      const statuses: number[] = [];
      for (let n = 0; n < 45; n++) statuses.push(await put(given, `w${n % 4}`, `${n}${aaa}`, "text/plain"));
      reader.run("COMMIT");
      for (let n = 0; n < 20; n++) statuses.push((await given.client.createSession(given.agentId)).status === "pending" ? 201 : 0);
      return statuses;
    },
    settleMs: 1000,
  },
];
