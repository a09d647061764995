import type { Clock } from "@/platform/clock";
import { newId } from "@/platform/ids";

type Repeatable = { action: string; targetId?: string | null; address?: string | null; detail?: Record<string, string> };

export type Repeated = {
  id: string;
  /** When it happened first. */
  at: number;
  action: string;
  targetId: string | null;
  address: string | null;
  detail: Record<string, string>;
};

type Counted = Repeated & { times: number; isChanged: boolean };

const HOUR_MS = 3_600_000;
/** How many different ones are told apart in an hour; what comes beyond is counted by its action alone. */
const TOLD_APART = 100;

/** Counts the same thing happening again, hour by hour, in memory that does not grow with it. */
export function createRepetitions(clock: Clock) {
  let counted = new Map<string, Counted>();
  let ended: Counted[] = [];
  let hour = 0;

  return {
    add({ action, targetId = null, address = null, detail = {} }: Repeatable): void {
      const now = clock.now();
      const thisHour = Math.floor(now / HOUR_MS);
      if (thisHour !== hour) {
        ended = [...ended, ...counted.values()].filter(({ isChanged }) => isChanged);
        counted = new Map();
        hour = thisHour;
      }
      const own = JSON.stringify([action, targetId, address, detail]);
      const isKnown = counted.has(own) || counted.size < TOLD_APART;
      const key = isKnown ? own : action;
      const before = counted.get(key);
      if (before) {
        before.times += 1;
        before.isChanged = true;
        return;
      }
      const what = isKnown ? { targetId, address, detail } : { targetId: null, address: null, detail: { from: "many addresses" } };
      counted.set(key, { id: newId(), at: now, action, ...what, times: 1, isChanged: true });
    },

    /** What was added or changed since this was asked before. */
    takeChanged(): Repeated[] {
      const changed = [...ended, ...counted.values()].filter(({ isChanged }) => isChanged);
      ended = [];
      return changed.map((one) => {
        one.isChanged = false;
        const { id, at, action, targetId, address, times } = one;
        return { id, at, action, targetId, address, detail: { ...one.detail, count: String(times) } };
      });
    },
  };
}
