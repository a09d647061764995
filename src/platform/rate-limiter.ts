/** So many at once, and as many again over so many seconds. */
export type Rate = { count: number; seconds: number };

/** Null: not limited. */
export type RateLimitSettings = Record<"login" | "register" | "refresh" | "messages" | "api", Rate | null>;

export type RateLimiter = {
  /** Takes one for this key. Returns 0, or the milliseconds to wait when there is none: then nothing is taken. */
  take(key: string): number;
  forget(key: string): void;
};

/** Beyond this many keys those that were not seen for longest are forgotten: some 10 MB, however many strangers come. */
const MAX_KEYS = 50_000;

/**
 * Limits how often each key may do something. Kept for a key is one number, the time at which it has everything back (the "theoretical
 * arrival time" of GCRA, ITU-T I.371), so there are no timers. Keys live in two generations: when the younger is full, the older goes.
 * (Deleting a map's first key one by one is slow: the engine looks through all that were deleted before.)
 */
export function createRateLimiter({ count, seconds }: Rate, now: () => number, maxKeys = MAX_KEYS): RateLimiter {
  const windowMs = seconds * 1000;
  const eachMs = windowMs / count;
  let young = new Map<string, number>();
  let old = new Map<string, number>();

  return {
    take(key) {
      const time = now();
      const next = Math.max(young.get(key) ?? old.get(key) ?? time, time) + eachMs;
      const waitMs = next - time - windowMs;
      // What adding up fractions of a millisecond is off by is no reason to wait.
      if (waitMs > 0.001) return waitMs;
      if (young.size >= maxKeys / 2 && !young.has(key)) {
        old = young;
        young = new Map();
      }
      young.set(key, next);
      return 0;
    },
    forget(key) {
      young.delete(key);
      old.delete(key);
    },
  };
}
