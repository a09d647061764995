import { TurnCancelled } from "@/agent-loop/stop";

export type RunningTurns = ReturnType<typeof createRunningTurns>;

/** The turns that run in this process, so that a request can stop one. What must survive the process is in the store. */
export function createRunningTurns() {
  const running = new Map<string, { control: AbortController; sessionId: string }>();
  return {
    begin(turnId: string, sessionId: string): AbortSignal {
      const control = new AbortController();
      running.set(turnId, { control, sessionId });
      return control.signal;
    },
    /** False when the turn does not run just now: it rests, or is about to be taken up. */
    cancel(turnId: string): boolean {
      running.get(turnId)?.control.abort(new TurnCancelled("cancelled"));
      return running.has(turnId);
    },
    /** For a session that is gone: there is nothing to write to any more, so that a model need not be listened to. */
    cancelIn(sessionId: string): void {
      for (const turn of running.values()) if (turn.sessionId === sessionId) turn.control.abort(new TurnCancelled("cancelled"));
    },
    end: (turnId: string): void => void running.delete(turnId),
  };
}
