import { z } from "zod";
import { Id, Timestamp } from "./common";
import { Usage } from "./usage";

/** From a user's message until the agent is done with it. `queued` and `running` are open; `waiting` waits for a person or a client. */
export const TurnStatus = z.enum(["queued", "running", "waiting", "completed", "failed", "cancelled"]);
export type TurnStatus = z.infer<typeof TurnStatus>;

export const Turn = z
  .object({
    id: Id,
    session_id: Id,
    message_id: Id,
    status: TurnStatus,
    model: z.string().nullable(),
    /** The version of the agent that it ran with, the last one where it was taken up again; null before it begins. */
    agent_version: z.int().nullable(),
    usage: Usage,
    cost_usd: z.number().nullable(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    created_at: Timestamp,
    started_at: Timestamp.nullable(),
    finished_at: Timestamp.nullable(),
    duration_ms: z.int().nullable(),
  })
  .meta({ id: "Turn" });
export type Turn = z.infer<typeof Turn>;
