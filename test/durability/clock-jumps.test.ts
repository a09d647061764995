import { expect, test } from "bun:test";
import { rmSync } from "node:fs";
import type { Turn } from "@/domain/turn";
import { endsTurn } from "../support/client";
import { testApp } from "../support/test-app";

const DAY_MS = 24 * 3_600_000;
const script = (...steps: unknown[]) => `\`\`\`simulate\n${JSON.stringify(steps)}\n\`\`\``;

/** Goes on with time, and jumps when it is told to. */
function jumpingClock() {
  let offset = 0;
  const jump = (ms: number): void => {
    offset += ms;
  };
  return { now: () => Date.now() + offset, jump };
}

const busyOnce = script({ error: { code: "overloaded", times: 1 } }, { text: "at last" });

test.each([
  ["back", -DAY_MS],
  ["forward", DAY_MS],
])("a clock that jumps a day %s strands no turn and changes no order", async (_, jumpMs) => {
  const clock = jumpingClock();
  await using app = await testApp({ clock });
  const session = await app.createSession((await app.createAgent()).id);
  const first = await app.say(session, busyOnce);
  const second = await app.say(session, "and then?");
  await app.follow(session, ({ type }) => type === "model.retrying");
  clock.jump(jumpMs);
  const third = await app.say(session, "and after the jump?");
  const events = await app.follow(session, endsTurn(third.turn_id));

  const ends = events.filter(({ type }) => /^turn\.(completed|failed|cancelled)$/.test(type));
  expect(ends.map(({ type }) => type)).toEqual(["turn.completed", "turn.completed", "turn.completed"]);
  expect(ends.map(({ data }) => data.turn_id)).toEqual([first, second, third].map(({ turn_id }) => turn_id));
  const kept = events.flatMap(({ id }) => id ?? []);
  expect(kept).toEqual(kept.map((_sequence, index) => index + 1));
  const { items } = (await app.get<{ items: Turn[] }>(`${session.path}/turns`)).body;
  expect(items.map(({ message_id }) => message_id)).toEqual([first, second, third].map(({ id }) => id));
  for (const { duration_ms } of items) expect(duration_ms).toBeGreaterThanOrEqual(0);
});

test("a retry that was waiting when the server stopped is made soon, though the clock was set back by a day meanwhile", async () => {
  const clock = jumpingClock();
  const before = await testApp({ clock });
  const session = await before.createSession((await before.createAgent()).id);
  const message = await before.say(session, busyOnce);
  await before.follow(session, ({ type }) => type === "model.retrying");
  await before.stop();
  clock.jump(-DAY_MS);
  await using after = await testApp({ dataDir: before.dataDir, clock });
  const events = await after.follow(session, endsTurn(message.turn_id));
  expect(events.at(-1)!.type).toBe("turn.completed");
  await after.stop();
  rmSync(before.dataDir, { recursive: true });
});
