import { z } from "zod";
import { Id, Timestamp } from "./common";

export const ApprovalStatus = z.enum(["pending", "resolved"]);
export type ApprovalStatus = z.infer<typeof ApprovalStatus>;

/** A tool call that a person was asked about. Its id is that of the event that asked. */
export const Approval = z
  .object({
    id: Id,
    status: ApprovalStatus,
    agent_id: Id,
    agent_name: z.string(),
    session_id: Id,
    session_title: z.string().nullable(),
    turn_id: Id,
    tool_call_id: z.string(),
    name: z.string(),
    arguments: z.json(),
    decision: z.enum(["approve", "deny", "expired", "cancelled"]).nullable(),
    changed_arguments: z.json().nullable(),
    reason: z.string().nullable(),
    decided_by: Id.nullable(),
    created_at: Timestamp,
    expires_at: Timestamp,
    resolved_at: Timestamp.nullable(),
  })
  .meta({ id: "Approval" });
export type Approval = z.infer<typeof Approval>;

/** `remember` asks no more about this tool, in this session or in all of the person's sessions with the agent; with `remember_arguments`, about this very call. */
export const DecideApproval = z
  .object({
    decision: z.enum(["approve", "deny"]),
    arguments: z.record(z.string(), z.json()).nullish(),
    reason: z.string().max(4000).nullish(),
    remember: z.enum(["session", "agent"]).nullish(),
    remember_arguments: z.boolean().default(false),
  })
  .meta({ id: "DecideApproval" });
export type DecideApproval = z.infer<typeof DecideApproval>;

/** A tool that need not be asked about. `session_id` is null where it holds for all sessions with the agent, `arguments` where it holds for any. */
export const ApprovalRule = z
  .object({
    id: Id,
    agent_id: Id,
    agent_name: z.string(),
    session_id: Id.nullable(),
    session_title: z.string().nullable(),
    name: z.string(),
    arguments: z.json().nullable(),
    created_at: Timestamp,
  })
  .meta({ id: "ApprovalRule" });
export type ApprovalRule = z.infer<typeof ApprovalRule>;
