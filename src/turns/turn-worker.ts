import type { Database } from "@/database/database";
import type { EventDraft } from "@/domain/event";
import { type EventLog, Fenced } from "@/events/event-log";
import type { Logger } from "@/platform/logger";
import type { Handle } from "@/runner/runner";
import type { RunTurn } from "./run-turn";
import type { Claim, TurnStore } from "./turn-store";

type Parts = { db: Database; turns: TurnStore; eventLog: EventLog; runTurn: RunTurn; logger: Logger };

/** How long a session rests after a failure that nobody foresaw, so that it cannot spin. Milliseconds. */
const REST_MS = 1000;

/** Handles a wake-up: runs the session's open turns, oldest first, until none is left. Never rejects. */
export const createTurnWorker = ({ db, turns, eventLog, runTurn, logger }: Parts): Handle =>
  async function drainSession({ sessionId }, shutdown) {
    while (!shutdown.aborted) {
      try {
        const claim = await claimNext(sessionId);
        if (!claim) return;
        await runTurn(claim, shutdown);
        if (shutdown.aborted) await db.transact((tx) => turns.release(tx, claim));
      } catch (error) {
        // The session was deleted, or another owner has it: either way it is no longer ours.
        if (error instanceof Fenced) return;
        logger.error({ err: error, session_id: sessionId }, "a turn could not go on; it is taken up again");
        await Bun.sleep(REST_MS);
      }
    }

    function claimNext(id: string): Promise<Claim | undefined> {
      return db.transact(function* (tx) {
        const claim = yield* turns.claim(id);
        if (!claim) return undefined;
        const drafts = yield* openingOf(claim);
        if (drafts.length > 0) yield* eventLog.append(tx, { sessionId: id, turnId: claim.turn.id, epoch: claim.epoch }, drafts);
        return claim;
      });
    }

    function* openingOf({ turn, wasRunning, wasReleased, becameBusy }: Claim) {
      const drafts: EventDraft[] = becameBusy ? [{ type: "session.updated", data: { status: "running" } }] : [];
      if (!wasRunning && !wasReleased) return drafts;
      const events = yield* eventLog.ofTurn(turn.id);
      const attempt = events.filter(({ type }) => type === "turn.resumed").length + 2;
      drafts.push({ type: "turn.resumed", data: { message_id: turn.messageId, attempt, after: wasRunning ? "crash" : "shutdown" } });
      return drafts;
    }
  };
