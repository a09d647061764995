import { z } from "zod";
import { Id } from "./common";

export const User = z
  .object({ id: Id, email: z.string(), name: z.string(), roles: z.array(z.string()), avatar_url: z.string().nullable() })
  .meta({ id: "User" });
export type User = z.infer<typeof User>;

/** Who asks. Every lookup of something that belongs to a person carries it. */
export type Actor = { user: User; isAdmin: boolean };

/** The only user of a server without authentication: the person at the machine. */
export const LOCAL_USER: User = {
  id: "00000000-0000-0000-0000-000000000000",
  email: "anonymous@local",
  name: "Anonymous",
  roles: ["admin"],
  avatar_url: null,
};
