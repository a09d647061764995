import { z } from "zod";
import { Id, Tags, Timestamp } from "./common";
import { ClientTool, ClientTools } from "./tool";
import { Usage } from "./usage";

/** `pending` is ready for a message; `waiting` waits for a person or a client to answer a tool call; `failed` kept crashing the server. */
export const SessionStatus = z.enum(["pending", "running", "waiting", "failed"]);
export type SessionStatus = z.infer<typeof SessionStatus>;

export const Session = z
  .object({
    id: Id,
    agent_id: Id,
    title: z.string().nullable(),
    tags: Tags,
    model_id: Id.nullable(),
    /** The version of the agent that the session is pinned to; null follows the agent. */
    agent_version: z.int().nullable(),
    lost_model: z
      .string()
      .nullable()
      .meta({ description: "`provider/model` of the session's model that was deleted; null once `model_id` is set or cleared." }),
    /** Of a session in which an agent answers another: the session and the call that it answers. */
    parent_session_id: Id.nullable(),
    parent_tool_call_id: z.string().nullable(),
    /** Tools that whoever drives the session runs, in all its turns. */
    client_tools: z.array(ClientTool),
    status: SessionStatus,
    /** Of all its turns together. */
    usage: Usage.extend({ cost_usd: z.number().nullable() }).meta({ id: "SessionUsage" }),
    created_at: Timestamp,
    updated_at: Timestamp,
    started_at: Timestamp.nullable(),
    finished_at: Timestamp.nullable(),
  })
  .meta({ id: "Session" });
export type Session = z.infer<typeof Session>;

/** Which sessions are listed; all that the caller may see where nothing is given. */
export const SessionFilter = z.object({
  status: SessionStatus.optional(),
  agent_id: Id.optional(),
  tag: z.string().max(64).optional(),
});
export type SessionFilter = z.infer<typeof SessionFilter>;

const Title = z.string().trim().min(1).max(255);

export const CreateSession = z
  .object({
    title: Title.nullish(),
    tags: Tags.default([]),
    model_id: Id.nullish(),
    agent_version: z.int().min(1).nullish(),
    client_tools: ClientTools.default([]),
  })
  .meta({ id: "CreateSession" });
export type CreateSession = z.infer<typeof CreateSession>;

export const UpdateSession = z
  .object({ title: Title.nullish(), tags: Tags, model_id: Id.nullish(), client_tools: ClientTools })
  .partial()
  .meta({ id: "UpdateSession" });
export type UpdateSession = z.infer<typeof UpdateSession>;

export const ForkSession = z.object({ after_sequence: z.int().min(0).nullish(), title: Title.nullish() }).meta({ id: "ForkSession" });
export type ForkSession = z.infer<typeof ForkSession>;
