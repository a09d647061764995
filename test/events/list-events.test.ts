import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { replaceEvents } from "../support/many-rows";
import { testApp } from "../support/test-app";

type Listing = { items: { sequence: number; event_type: string }[]; total: number };

test("a long log is listed page by page, whole or by types, with exact totals", async () => {
  const before = await testApp();
  const session = await before.createSession((await before.createAgent()).id);
  await before.stop();
  const database = new Database(join(before.dataDir, "everruns.db"));
  replaceEvents(database, session.id, 3500, 10);
  database.run("UPDATE events SET type = 'model.completed' WHERE session_id = ? AND sequence % 500 = 0", [session.id]);
  database.close();

  await using app = await testApp({ dataDir: before.dataDir });
  const list = async (query: string) => (await app.get<Listing>(`${session.path}/events/list?${query}`)).body;
  const places = ({ items, total }: Listing) => [items.map(({ sequence }) => sequence), total];
  expect(places(await list("offset=3498&limit=5"))).toEqual([[3499, 3500], 3500]);
  expect(places(await list("after_sequence=3000&offset=1&limit=2"))).toEqual([[3002, 3003], 500]);
  expect(places(await list("types=model.completed&offset=1&limit=3"))).toEqual([[1000, 1500, 2000], 7]);
  expect(places(await list("types=model.completed&after_sequence=3000"))).toEqual([[3500], 1]);
  expect(places(await list("types=turn.failed"))).toEqual([[], 0]);
  expect(places(await list("offset=9999999"))).toEqual([[], 3500]);
  await app.stop();
  rmSync(before.dataDir, { recursive: true });
});
