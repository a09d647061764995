/** What one turn may use. Each limit ends in words, never in silence. */
export type Limits = { maxModelCalls: number; maxCallsPerStep: number; maxAttempts: number; maxTurnMs: number };

export const DEFAULT_LIMITS: Limits = { maxModelCalls: 10, maxCallsPerStep: 32, maxAttempts: 4, maxTurnMs: 10 * 60_000 };
