export type Random = ReturnType<typeof createRandom>;

/** The same seed gives the same choices. Source of the numbers: mulberry32, public domain. */
export function createRandom(seed: number) {
  let state = seed >>> 0;

  /** From 0 up to, and without, 1. */
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  const between = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));

  return {
    between,
    chance: (probability: number): boolean => next() < probability,
    pick: <T>(choices: readonly T[]): T => choices[between(0, choices.length - 1)]!,
    /** Choices of its own, so that who is asked first does not change what others choose. */
    fork: () => createRandom(between(0, 2 ** 32 - 1)),
  };
}
