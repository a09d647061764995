import type { World } from "./world";

/** One hostile input. `run` answers what was not as promised, in words; null when the promise was held. */
export type Attack = { name: string; run: () => Promise<string | null> };

export type AttackClass = {
  name: string;
  /** How many at a time; those that look at what the others would change run alone. */
  atOnce: number;
  attacks: (world: World) => Promise<Attack[]>;
  /** What only shows when all are over. */
  after?: (world: World) => Promise<string[]>;
};

export const MADE_UP_ID = "0199a3b1-1111-7222-8333-944455556666";

/** The promise that a request is answered with one of these. */
export const expectStatus = (given: number, ...wanted: number[]): string | null =>
  wanted.includes(given) ? null : `was answered ${given}, not ${wanted.join(" or ")}`;

/** The promise of several things at once: the first that was not held. */
export const all = (...complaints: (string | null)[]): string | null => complaints.find((complaint) => complaint !== null) ?? null;

export const unless = (isHeld: boolean, complaint: string): string | null => (isHeld ? null : complaint);

/** Throws when it takes longer; a promise that is kept late is broken. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`not within ${ms} ms`)), ms);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
