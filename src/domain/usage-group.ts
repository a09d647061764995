import { z } from "zod";
import { Id } from "./common";
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
  unpriced_calls: z.int().meta({ description: "Of `model_calls`, those to models without a price: `cost_usd` leaves them out." }),
  turns: z.int(),
  failures: z.int(),
}).meta({ id: "UsageGroup" });
export type UsageGroup = z.infer<typeof UsageGroup>;

/** Whose use is summed; everyone's that the caller may see where nothing is given. */
export const UsageFilter = z.object({
  agent_id: Id.optional(),
  model: z.string().max(400).optional().meta({ description: "`provider/model`" }),
  user_id: Id.optional(),
});
export type UsageFilter = z.infer<typeof UsageFilter>;
