import type { Database, Script, Tx } from "@/database/database";
import { isDiskFull } from "@/database/disk-full";
import { type EventLog, Fenced } from "@/events/event-log";
import { GoingAway } from "@/platform/app-error";
import type { Logger } from "@/platform/logger";
import type { Handle } from "@/runner/runner";
import type { Claim, ClaimStore } from "./claim-store";
import { isJustWoken } from "./just-woken";
import type { RestingTurn, RunTurn } from "./run-turn";
import { createTrials } from "./trials";

type Parts = { db: Database; claims: ClaimStore; eventLog: EventLog; runTurn: RunTurn; logger: Logger };

/** How a session stands here: whether its turn is on trial, which turn threw last, and whether that was for want of room. */
type Standing = { isOnTrial: boolean; failed: string | null; wasDiskFull: boolean };

/** `workedMs`: how long was worked on the turn before it rested in this process; null for one that did not. */
type Claimed = { claim: Claim; workedMs: number | null };

/** How long a session rests after a failure that nobody foresaw, so that it cannot spin. Milliseconds. */
const REST_MS = 1000;

/** Handles a wake-up: runs the session's open turns, oldest first, until none is left or one has to rest. Never rejects. */
export const createTurnWorker = ({ db, claims, eventLog, runTurn, logger }: Parts): Handle => {
  /** By session: turns that gave up their place to wait in this process. Taken up again, they have met no crash. */
  const resting = new Map<string, Claimed>();
  const trials = createTrials({ db, claims, eventLog, logger });

  return async function drainSession({ sessionId, isSuspect = false }, { signal: shutdown, clear }) {
    if (shutdown.aborted) await handOver(sessionId);
    let isOnTrial = isSuspect;
    /** The turn that threw here last. */
    let failed: string | null = null;
    let wasDiskFull = false;
    while (!shutdown.aborted) {
      try {
        const claimed = await claimNext(sessionId, { isOnTrial, failed, wasDiskFull });
        if (!claimed) return null;
        const { claim, workedMs } = claimed;
        failed = claim.turn.id;
        const rest = await (isOnTrial ? tryOut(claimed, shutdown, clear) : runTurn(claim, { shutdown, onProgress: () => {}, workedMs }));
        isOnTrial = false;
        failed = null;
        if (rest && !shutdown.aborted) {
          resting.set(sessionId, { claim, workedMs: rest.workedMs });
          return rest;
        }
        if (shutdown.aborted) await db.transact((tx) => claims.release(tx, claim));
      } catch (error) {
        // The session was deleted, or another owner has it, or the next process will: in each case it is no longer ours.
        if (error instanceof Fenced || error instanceof GoingAway) return null;
        isOnTrial = false;
        wasDiskFull = isDiskFull(error);
        if (wasDiskFull) failed = null;
        // Of a full disk the database itself tells, once for all turns.
        if (!wasDiskFull) logger.error({ err: error, session_id: sessionId }, "a turn could not go on; it is taken up again");
        await Bun.sleep(REST_MS);
      }
    }
    return null;
  };

  /** Lets the next process know that the turn was at rest, and met no crash. */
  async function handOver(sessionId: string): Promise<void> {
    const rested = resting.get(sessionId);
    if (!rested) return;
    await db
      .transact((tx) => claims.release(tx, rested.claim))
      .catch((error) => logger.error({ err: error, session_id: sessionId }, "a turn at rest could not be handed over"));
  }

  async function tryOut({ claim, workedMs }: Claimed, shutdown: AbortSignal, clear: () => void): Promise<RestingTurn | null> {
    const trial = await trials.begin(claim, clear);
    try {
      return await runTurn(claim, { shutdown, onProgress: () => void trial.end(), workedMs });
    } finally {
      await trial.end();
    }
  }

  /** A claim alone is told to nobody and can be made again, so it need not wait for the disk: the turn's first events do. */
  async function claimNext(id: string, standing: Standing): Promise<Claimed | undefined> {
    const claim = await db.transactRelaxed(() => claims.claim(id));
    if (!claim && (await db.read(() => claims.isStranded(id)))) await db.transact((tx) => tellIdle(tx, id));
    const rested = resting.get(id);
    resting.delete(id);
    if (!claim) return undefined;
    if (claim.turn.id === rested?.claim.turn.id) return { claim, workedMs: rested.workedMs };
    if (claim.wasRunning || claim.wasReleased) await db.transact((tx) => tellResumed(tx, claim, standing));
    return { claim, workedMs: null };
  }

  /** The queue that kept the session busy was emptied after its last turn had ended. */
  function* tellIdle(tx: Tx, id: string): Script<void> {
    if (yield* claims.settleIdle(tx, id))
      yield* eventLog.append(tx, { sessionId: id, turnId: null }, [{ type: "session.updated", data: { status: "pending" } }]);
  }

  /** Durable before anything is prepared: a turn that takes the server down in its preparation is counted too. */
  function* tellResumed(tx: Tx, { turn, session, epoch, wasRunning }: Claim, { isOnTrial, failed, wasDiskFull }: Standing): Script<void> {
    const events = yield* eventLog.ofTurn(turn.id);
    // It was put back by the answer it waited for, and not by a shutdown.
    if (!wasRunning && isJustWoken(events)) return;
    const attempt = events.filter(({ type }) => type === "turn.resumed").length + 2;
    const after = wasDiskFull ? "disk_full" : wasRunning ? "crash" : "shutdown";
    // What was thrown here was thrown by this turn; a server that went down took down whatever was on trial.
    const alone = after === "crash" && (failed === turn.id || turn.isOnTrial);
    yield* eventLog.append(tx, { sessionId: session.id, turnId: turn.id, epoch }, [
      { type: "turn.resumed", data: { message_id: turn.messageId, attempt, after, alone } },
    ]);
    if (isOnTrial !== turn.isOnTrial) yield* claims.setOnTrial(turn.id, isOnTrial);
  }
};
