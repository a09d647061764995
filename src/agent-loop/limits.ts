/** What one turn may use. Each limit ends in words, never in silence. `maxAttempts` is for each model of a step. */
export type Limits = {
  maxModelCalls: number;
  maxCallsPerStep: number;
  maxAttempts: number;
  maxTurnMs: number;
  /** Bytes of text, reasoning and arguments that the models may write. */
  maxOutputBytes: number;
};

export const DEFAULT_LIMITS: Limits = {
  maxModelCalls: 10,
  maxCallsPerStep: 32,
  maxAttempts: 4,
  maxTurnMs: 10 * 60_000,
  maxOutputBytes: 4 * 1024 * 1024,
};
