import { expect, test } from "bun:test";
import { openDatabase } from "@/database/open-database";
import type { EventDraft } from "@/domain/event";
import { noUsage } from "@/domain/usage";
import { LOCAL_USER } from "@/domain/user";
import { createEventBus } from "@/events/event-bus";
import { createEventLog } from "@/events/event-log";
import { systemClock } from "@/platform/clock";
import { newId } from "@/platform/ids";
import { createCancelTurn } from "@/turns/cancel-turn";
import { createClaimStore } from "@/turns/claim-store";
import { createRunningTurns } from "@/turns/running-turns";
import { createTurnStore } from "@/turns/turn-store";
import { createTurnWorker } from "@/turns/turn-worker";
import { createWakeTurn } from "@/turns/wake-turn";
import { capturedLog } from "./support/captured-log";

/** The stores behind a queue and one session, without a server: what happens between two steps of the worker cannot be timed from outside. */
async function createQueue() {
  const db = openDatabase(":memory:", Date.now());
  const { users, agents, sessions } = db.tables;
  const row = { id: newId(), ownerId: LOCAL_USER.id, tags: [], createdAt: 0, updatedAt: 0 };
  await db.sql.insert(users).values({ ...LOCAL_USER, avatarUrl: null, createdAt: 0 });
  await db.sql
    .insert(agents)
    .values({ ...row, name: "Tester", systemPrompt: "", capabilities: [], visibility: "private", status: "active" });
  const sessionId = newId();
  await db.sql
    .insert(sessions)
    .values({ ...row, id: sessionId, agentId: row.id, status: "pending", usage: noUsage, nextSequence: 1, epoch: 0 });

  const eventLog = createEventLog(db, createEventBus(), systemClock);
  const turns = createTurnStore(db, systemClock);
  const claims = createClaimStore(db, systemClock);
  const cancelTurn = createCancelTurn({
    turns,
    eventLog,
    running: createRunningTurns(),
    wake: () => {},
    wakeTurn: createWakeTurn({ turns, eventLog, wake: () => {} }),
    *turnEnded() {},
  });
  const draft: EventDraft = { type: "message.user", data: { role: "user", content: [{ type: "text", text: "hello" }] } };

  return {
    db,
    claims,
    eventLog,
    sessionId,
    post: () =>
      db.transact(function* (tx) {
        const [kept] = yield* eventLog.append(tx, { sessionId, turnId: newId() }, [draft]);
        yield* turns.enqueue(kept!);
        return kept!.turn_id!;
      }),
    cancel: (turnId: string | null) => db.transact((tx) => cancelTurn(tx, sessionId, turnId)),
    status: async () => (await db.sql.select({ status: sessions.status }).from(sessions))[0]!.status,
    types: async () => (await db.read(() => eventLog.after(sessionId, 0, 100))).map(({ type }) => type),
  };
}

test("a session whose queue is emptied between two turns does not run for ever", async () => {
  const queue = await createQueue();
  const { db, claims, eventLog, sessionId } = queue;
  await queue.post();
  const second = await queue.post();
  const claimed: string[] = [];
  const drain = createTurnWorker({
    db,
    claims,
    eventLog,
    logger: capturedLog().logger,
    async runTurn(claim) {
      claimed.push(claim.turn.id);
      const end = { status: "completed" as const, usage: noUsage, cost_usd: null, error: null };
      expect(await db.transact(() => claims.finish(claim, end))).toEqual({ sessionStatus: "running" });
      await queue.cancel(second);
      return null;
    },
  });
  await drain({ sessionId }, { signal: new AbortController().signal, clear: () => {} });

  expect(claimed).not.toContain(second);
  expect(await queue.status()).toBe("pending");
  expect(await queue.types()).toEqual(["message.user", "message.user", "turn.cancelled", "session.updated"]);
});

test("a turn that was handed over has begun: cancelling it leaves its end to whoever takes it up", async () => {
  const queue = await createQueue();
  const { db, claims, sessionId } = queue;
  const turnId = await queue.post();
  const claim = await db.transact(() => claims.claim(sessionId));
  await db.transact((tx) => claims.release(tx, claim!));

  expect(await queue.cancel(null)).toEqual({ turn_id: turnId });
  expect(await queue.types()).toEqual(["message.user"]);
  expect(await db.read(() => claims.isCancelRequested(turnId))).toBe(true);
});
