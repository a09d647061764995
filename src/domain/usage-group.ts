import { z } from "zod";
import { Usage } from "./usage";

export const UsageGrouping = z.enum(["day", "agent", "model", "user"]);
export type UsageGrouping = z.infer<typeof UsageGrouping>;

/** What one day, agent, model or user has used. `key` is the date, the id or `provider/model`; `name` is for people. */
export const UsageGroup = Usage.extend({
  key: z.string(),
  name: z.string(),
  /** USD; null where no price is known. */
  cost_usd: z.number().nullable(),
  model_calls: z.int(),
  turns: z.int(),
  failures: z.int(),
}).meta({ id: "UsageGroup" });
export type UsageGroup = z.infer<typeof UsageGroup>;
