import { crashesSinceProgress } from "@/agent-loop/next-step";
import type { Database } from "@/database/database";
import type { EventLog } from "@/events/event-log";
import type { Logger } from "@/platform/logger";
import type { Claim, ClaimStore } from "./claim-store";
import { toDraft } from "./to-draft";

type Parts = { db: Database; claims: ClaimStore; eventLog: EventLog; logger: Logger };

export type Trial = { end(): Promise<void> };

/** How long a suspect runs without others beginning beside it, after the second crash in a row; twice as long after each further one. */
const TRIAL_MS = 1000;

/**
 * A turn that was running at two crashes in a row may have caused them. It is taken up alone, and cleared once it has got on, has ended, or
 * has lived for a while. The turns row says that a trial runs, for the process that comes after a crash: that crash is then this turn's own.
 */
export const createTrials = ({ db, claims, eventLog, logger }: Parts) => ({
  /** `clear` is called once, when others may begin. */
  async begin({ turn }: Claim, clear: () => void): Promise<Trial> {
    const events = await db.read(() => eventLog.ofTurn(turn.id));
    const crashes = crashesSinceProgress(events.map(toDraft)).length;
    const timer = setTimeout(end, TRIAL_MS * 2 ** Math.max(0, crashes - 2));
    let ending: Promise<void> | undefined;

    function end(): Promise<void> {
      clearTimeout(timer);
      ending ??= db
        .transact(() => claims.setOnTrial(turn.id, false))
        .catch((error) => logger.error({ err: error, turn_id: turn.id }, "the end of a trial could not be kept"))
        .finally(clear);
      return ending;
    }
    return { end };
  },
});
