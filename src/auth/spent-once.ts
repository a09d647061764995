import type { Clock } from "@/platform/clock";

const MOST = 10_000;

/** Remembers what was used until it would expire anyway, so that nothing is used twice. Full, it forgets the oldest. */
export function createSpentOnce(clock: Clock) {
  const spent = new Map<string, number>();
  return {
    /** False if it was spent before. */
    spend(token: string, expiresAt: number): boolean {
      const now = clock.now();
      for (const [old, end] of spent) {
        if (end > now && spent.size < MOST) break;
        spent.delete(old);
      }
      if (spent.has(token)) return false;
      spent.set(token, expiresAt);
      return true;
    },
  };
}
