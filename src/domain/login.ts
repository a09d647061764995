import { z } from "zod";
import { Id, Timestamp } from "./common";

/** A place where someone is signed in: a browser, or a client that keeps the tokens. */
export const Login = z
  .object({
    id: Id,
    created_at: Timestamp,
    last_used_at: Timestamp.meta({
      description: "When its tokens were last renewed; while one is in use, that is every quarter of an hour.",
    }),
    expires_at: Timestamp,
    is_current: z.boolean().meta({ description: "The one that asks." }),
  })
  .meta({ id: "OpenLogin" });
export type Login = z.infer<typeof Login>;
