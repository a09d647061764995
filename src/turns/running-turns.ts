import { TurnCancelled } from "@/agent-loop/stop";

export type RunningTurns = ReturnType<typeof createRunningTurns>;

/** The turns that run in this process, so that a request can stop one. What must survive the process is in the store. */
export function createRunningTurns() {
  const running = new Map<string, AbortController>();
  return {
    begin(turnId: string): AbortSignal {
      const control = new AbortController();
      running.set(turnId, control);
      return control.signal;
    },
    /** False when the turn does not run just now: it rests, or is about to be taken up. */
    cancel(turnId: string): boolean {
      running.get(turnId)?.abort(new TurnCancelled("cancelled"));
      return running.has(turnId);
    },
    end: (turnId: string): void => void running.delete(turnId),
  };
}
