import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Chat } from "@/ui/chat/chat";
import { emptyChat } from "@/ui/chat/chat";
import { dropLive, fold, type StreamedEvent } from "@/ui/chat/fold-events";
import { scripted } from "../support/chromium";
import { type TestApp, testApp } from "../support/test-app";

let app: TestApp;
/** A real stream: reasoning, tools, a failure that is tried again, an answer, a turn that fails. Followed from before its first word. */
let events: StreamedEvent[];

beforeAll(async () => {
  app = await testApp();
  const agent = await app.createAgent({ capabilities: ["test_math"] });
  const session = await app.createSession(agent.id);
  const call = [
    { name: "add", arguments: { a: 1, b: 2 } },
    { name: "divide", arguments: { a: 1, b: 0 } },
  ];
  const following = app.follow(session, ({ type }) => type === "turn.failed");
  await app.say(
    session,
    scripted("one", [
      { reasoning: "Let me see.", text: "First I add.", call },
      { text: "half of it", error: { code: "overloaded", times: 1, retry_after_ms: 1 } },
      { text: "It is **3**." },
    ]),
  );
  await app.say(session, scripted("two", [{ error: { code: "bad_request", message: "No." } }]));
  events = (await following).map(({ id, type, data }) => ({ type, sequence: id, at: 1_000_000, data }));
});
afterAll(() => app[Symbol.asyncDispose]());

const kept = () => events.filter(({ sequence }) => sequence !== null);
/** All but what only a live reader can know. */
const plain = (chat: Chat) =>
  JSON.parse(JSON.stringify(chat, (key, value) => (key === "durationMs" || key === "written" ? undefined : value)));

describe("the chat that events make", () => {
  test("is what happened", () => {
    const { turns } = fold(emptyChat, events);
    expect(turns.map(({ state }) => state)).toEqual(["completed", "failed"]);
    const shown = turns[0]!.blocks.map((block) =>
      block.kind === "tool" ? `${block.name} ${block.state}` : "text" in block ? `${block.kind} ${block.text}` : block.kind,
    );
    expect(shown).toEqual(["reasoning Let me see.", "text First I add.", "add ok", "divide error", "text It is **3**."]);
    expect(turns[1]!.end!.failure).toEqual({ code: "bad_request", error: "No." });
  });

  test("does not depend on how they came: at once, in pieces, twice, live or read later", () => {
    const whole = plain(fold(emptyChat, events));
    expect(plain(fold(emptyChat, kept()))).toEqual(whole);
    fc.assert(
      fc.property(fc.array(fc.nat(events.length), { maxLength: 20 }), fc.nat(30), (cuts, repeated) => {
        const places = [0, ...cuts.toSorted((one, other) => one - other), events.length];
        let chat = emptyChat;
        for (const [index, place] of places.slice(1).entries()) {
          const before = chat.sequence;
          // A new connection: what was told live is told again from its beginning, what was kept may come twice.
          const from = Math.max(0, places[index]! - (index % 3 === 0 ? repeated : 0));
          const again = events.slice(from, places[index]).filter(({ sequence }) => sequence !== null && sequence <= before);
          chat = fold(chat, [...again, ...events.slice(places[index], place)]);
        }
        expect(plain(chat)).toEqual(whole);
      }),
      { numRuns: 200 },
    );
  });

  test("loses its live words when the connection is new, and nothing else", () => {
    for (let length = 0; length <= events.length; length++) {
      const chat = dropLive(fold(emptyChat, events.slice(0, length)));
      const last = events.slice(0, length).filter(({ sequence }) => sequence !== null);
      expect(plain(chat).turns).toEqual(plain(fold(emptyChat, last)).turns);
    }
  });

  test("keeps the parts that no event touched", () => {
    const before = fold(emptyChat, events.slice(0, -3));
    const after = fold(before, events.slice(-3));
    expect(after.turns[0]).toBe(before.turns[0]!);
  });
});
