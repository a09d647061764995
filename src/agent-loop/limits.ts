/** What one turn may use. Each limit ends in words, never in silence. `maxAttempts` is for each model of a step. */
export type Limits = {
  maxModelCalls: number;
  maxCallsPerStep: number;
  maxAttempts: number;
  maxTurnMs: number;
  /** Bytes of text, reasoning and arguments that the models may write. */
  maxOutputBytes: number;
  /** A model whose window is unknown is taken to read so many tokens. */
  defaultContextWindow: number;
  /** How much of a model's window may be full before the older part of the conversation is summarised. */
  compactAtPercent: number;
  /** Characters of a tool's result that the model is shown at once. */
  maxResultCharacters: number;
};

export const DEFAULT_LIMITS: Limits = {
  maxModelCalls: 10,
  maxCallsPerStep: 32,
  maxAttempts: 4,
  maxTurnMs: 10 * 60_000,
  maxOutputBytes: 4 * 1024 * 1024,
  defaultContextWindow: 128_000,
  compactAtPercent: 80,
  maxResultCharacters: 16_000,
};
