import { z } from "zod";
import { Id } from "./common";

/** So long a result may be, as JSON: all of it goes to the model. */
const MAX_RESULT_CHARACTERS = 256_000;

/** What came of a call that the client ran: a `result`, which may be left out where there is nothing to say, or an `error` for the model to read. */
const ToolResult = z
  .object({
    tool_call_id: z.string().min(1).max(512),
    result: z
      .json()
      .refine((result) => JSON.stringify(result).length <= MAX_RESULT_CHARACTERS, {
        error: `must have at most ${MAX_RESULT_CHARACTERS} characters of JSON`,
      })
      .optional(),
    error: z.string().min(1).max(10_000).nullish(),
  })
  .meta({ id: "ToolResult" });
export type ToolResult = z.infer<typeof ToolResult>;

/** One result, or several at once: all are taken, or none. */
export const PostToolResults = z
  .union([ToolResult, z.object({ results: z.array(ToolResult).min(1).max(128) })])
  .transform((given): ToolResult[] => ("results" in given ? given.results : [given]))
  .meta({ id: "PostToolResults" });
export type PostToolResults = z.infer<typeof PostToolResults>;

export const AnsweredCalls = z
  .object({ answered: z.array(z.object({ tool_call_id: z.string(), turn_id: Id })) })
  .meta({ id: "AnsweredCalls", description: "The calls that were answered, each with the turn that goes on with it." });
export type AnsweredCalls = z.infer<typeof AnsweredCalls>;
