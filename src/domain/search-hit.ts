import { z } from "zod";
import { Id, Timestamp } from "./common";
import { Role } from "./message";

/** A message or tool result that holds the words. `highlights` are places in `snippet`: from, up to and without, in UTF-16 units. */
export const SearchHit = z
  .object({
    session_id: Id,
    session_title: z.string().nullable(),
    agent_id: Id,
    message_id: Id,
    turn_id: Id.nullable(),
    sequence: z.int(),
    role: Role,
    snippet: z.string(),
    highlights: z.array(z.tuple([z.int(), z.int()])),
    created_at: Timestamp,
  })
  .meta({ id: "SearchHit" });
export type SearchHit = z.infer<typeof SearchHit>;
