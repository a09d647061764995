import { Database as Sqlite } from "bun:sqlite";
import { afterAll, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Message } from "@/domain/message";
import { replaceEvents } from "../support/many-rows";
import { testApp } from "../support/test-app";

const MESSAGES = 12;
const LETTERS = 100_000;

type List = { items: Message[]; data: Message[]; total: number; offset: number; limit: number };

const first = await testApp();
const session = await first.createSession((await first.createAgent()).id);
await first.stop();
/** Far more than is written to a client in one go. */
const sqlite = new Sqlite(join(first.dataDir, "everruns.db"));
replaceEvents(sqlite, session.id, MESSAGES, 1);
sqlite.run(
  `UPDATE events SET type = 'message.user', data = json_object('id', id, 'message_id', id, 'session_id', session_id, 'sequence', sequence,
   'role', 'user', 'content', json_array(json_object('type', 'text', 'text', printf('%.*c', ${LETTERS}, 'ü')))) WHERE session_id = ?`,
  [session.id],
);
sqlite.close();
const app = await testApp({ dataDir: first.dataDir });
afterAll(async () => {
  await app.stop();
  rmSync(first.dataDir, { recursive: true });
});

test("a list of messages that is too large to be written at once is whole, in order, under both of its names", async () => {
  const { body, headers } = await app.get<List>(`${session.path}/messages`);
  expect(headers.get("content-type")).toContain("application/json");
  expect(body.items.map(({ sequence }) => sequence)).toEqual(Array.from({ length: MESSAGES }, (_, index) => index + 1));
  expect(body.data).toEqual(body.items);
  expect([body.total, body.offset, body.limit]).toEqual([MESSAGES, 0, 100]);
  for (const message of body.items) {
    expect("message_id" in message).toBe(false);
    expect(message.content).toEqual([{ type: "text", text: "ü".repeat(LETTERS) }]);
  }
});

test("so is a page of it, and a list of its events", async () => {
  const page = (await app.get<List>(`${session.path}/messages?offset=3&limit=6`)).body;
  expect(page.items.map(({ sequence }) => sequence)).toEqual([4, 5, 6, 7, 8, 9]);
  for (const query of ["", "&types=message.user"]) {
    const events = (await app.get<List>(`${session.path}/events/list?offset=3&limit=6${query}`)).body;
    expect(events.items.map(({ sequence }) => sequence)).toEqual([4, 5, 6, 7, 8, 9]);
    expect(events.data).toEqual(events.items);
    expect(events.total).toBe(MESSAGES);
  }
  const beyond = (await app.get<List>(`${session.path}/events/list?offset=99`)).body;
  expect([beyond.items, beyond.data, beyond.total]).toEqual([[], [], MESSAGES]);
});

test("whoever leaves in its middle holds nothing up", async () => {
  const left = new AbortController();
  const answer = await fetch(`${app.url}${session.path}/messages`, { signal: left.signal });
  await answer.body!.getReader().read();
  left.abort();
  expect((await app.get<List>(`${session.path}/messages?limit=1`)).body.total).toBe(MESSAGES);
});
