import { z } from "zod";

/** Tokens of one model call, or of several added up. `input_tokens` counts everything that was read, the cached part included. */
export const Usage = z
  .object({
    input_tokens: z.int(),
    output_tokens: z.int(),
    /** Part of `input_tokens` that the provider read from its cache. */
    cache_read_tokens: z.int(),
    /** Part of `input_tokens` that the provider wrote into its cache. */
    cache_write_tokens: z.int(),
    /** Part of `output_tokens` that was reasoning. */
    reasoning_tokens: z.int(),
  })
  .meta({ id: "Usage" });
export type Usage = z.infer<typeof Usage>;

export const noUsage: Usage = { input_tokens: 0, output_tokens: 0, cache_read_tokens: 0, cache_write_tokens: 0, reasoning_tokens: 0 };

export const addUsage = (one: Usage, other: Usage): Usage => ({
  input_tokens: one.input_tokens + other.input_tokens,
  output_tokens: one.output_tokens + other.output_tokens,
  cache_read_tokens: one.cache_read_tokens + other.cache_read_tokens,
  cache_write_tokens: one.cache_write_tokens + other.cache_write_tokens,
  reasoning_tokens: one.reasoning_tokens + other.reasoning_tokens,
});
