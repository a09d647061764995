import { z } from "zod";
import { READ_RESULT, textOf } from "@/agent-loop/keep-aside";
import { defineTool, type JsonValue, type Tool, ToolFailure } from "@/agent-loop/tool";
import type { Database } from "@/database/database";
import type { EventLog } from "@/events/event-log";

type Parts = { db: Database; eventLog: EventLog; maxResultCharacters: number };

/** Reads on in a result that was too long to be shown at once, from the session's log. What it answers is never kept aside itself. */
export function createReadResult({ db, eventLog, maxResultCharacters }: Parts): Tool<never> {
  // As JSON it may take up to twice as many.
  const most = Math.floor(maxResultCharacters / 2) - ABOUT;
  return defineTool({
    name: READ_RESULT,
    description: `Read on in an earlier tool's result of which only the beginning was shown, or that is mentioned in a summary. At most ${most} characters at a time; next_offset says where to read on.`,
    input: z.object({
      tool_call_id: z.string().min(1).max(500).describe("The id that the note in the shown result gives."),
      offset: z.int().min(0).default(0).describe("The first character to read, counted from 0."),
      limit: z.int().min(1).max(most).default(most).describe("Characters to read."),
    }),
    effect: "pure",
    async run({ tool_call_id, offset, limit }, { sessionId }): Promise<JsonValue> {
      const ended = await db.read(() => eventLog.endOfCall(db, sessionId, tool_call_id));
      if (!ended) throw new ToolFailure("There is no result with this tool_call_id in this session.");
      const text = textOf(ended);
      const end = Math.min(text.length, offset + limit);
      return {
        tool_call_id,
        total_characters: text.length,
        text: text.slice(offset, end).toWellFormed(),
        next_offset: end < text.length ? end : null,
      };
    },
  }) as Tool<never>;
}

/** Characters that the answer has besides its text. */
const ABOUT = 150;
