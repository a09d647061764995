import type { Database, Script, Tx } from "@/database/database";
import { isDiskFull } from "@/database/disk-full";
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
    let wasDiskFull = false;
    while (!shutdown.aborted) {
      try {
        const claim = await claimNext(sessionId);
        if (!claim) return;
        await runTurn(claim, shutdown);
        if (shutdown.aborted) await db.transact((tx) => turns.release(tx, claim));
      } catch (error) {
        // The session was deleted, or another owner has it: either way it is no longer ours.
        if (error instanceof Fenced) return;
        wasDiskFull = isDiskFull(error);
        // Of a full disk the database itself tells, once for all turns.
        if (!wasDiskFull) logger.error({ err: error, session_id: sessionId }, "a turn could not go on; it is taken up again");
        await Bun.sleep(REST_MS);
      }
    }

    /** A claim alone is told to nobody and can be made again, so it need not wait for the disk: the turn's first events do. */
    async function claimNext(id: string): Promise<Claim | undefined> {
      const claim = await db.transactRelaxed(() => turns.claim(id));
      if (!claim && (await db.read(() => turns.isStranded(id)))) await db.transact((tx) => tellIdle(tx, id));
      if (claim?.wasRunning || claim?.wasReleased) await db.transact((tx) => tellResumed(tx, claim));
      return claim;
    }

    /** The queue that kept the session busy was emptied after its last turn had ended. */
    function* tellIdle(tx: Tx, id: string): Script<void> {
      if (yield* turns.settleIdle(tx, id))
        yield* eventLog.append(tx, { sessionId: id, turnId: null }, [{ type: "session.updated", data: { status: "pending" } }]);
    }

    /** Durable before anything is prepared: a turn that takes the server down in its preparation is counted too. */
    function* tellResumed(tx: Tx, { turn, session, epoch, wasRunning }: Claim): Script<void> {
      const events = yield* eventLog.ofTurn(turn.id);
      const attempt = events.filter(({ type }) => type === "turn.resumed").length + 2;
      const after = wasDiskFull ? "disk_full" : wasRunning ? "crash" : "shutdown";
      yield* eventLog.append(tx, { sessionId: session.id, turnId: turn.id, epoch }, [
        { type: "turn.resumed", data: { message_id: turn.messageId, attempt, after } },
      ]);
    }
  };
