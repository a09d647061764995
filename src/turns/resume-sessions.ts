import { crashesSinceProgress } from "@/agent-loop/next-step";
import type { Database } from "@/database/database";
import type { EventLog } from "@/events/event-log";
import type { Job } from "@/runner/runner";
import type { ClaimStore } from "./claim-store";
import { toDraft } from "./to-draft";

type Parts = { db: Database; claims: ClaimStore; eventLog: EventLog };

/**
 * What an earlier process left open. A turn that was running then, and had been taken up after a crash already without getting on since, is a
 * suspect: it may be what takes the server down.
 */
export const createResumeSessions =
  ({ db, claims, eventLog }: Parts) =>
  (): Promise<Job[]> =>
    db.read(function* () {
      const jobs: Job[] = [];
      for (const { sessionId, turnId } of yield* claims.sessionsWithOpenTurns(db)) {
        const events = turnId === null ? [] : yield* eventLog.ofTurn(turnId);
        jobs.push({ sessionId, isSuspect: crashesSinceProgress(events.map(toDraft)).length > 0 });
      }
      return jobs;
    });
