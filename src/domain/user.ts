import { z } from "zod";
import { Id } from "./common";

export const User = z
  .object({ id: Id, email: z.string(), name: z.string(), roles: z.array(z.string()), avatar_url: z.string().nullable() })
  .meta({ id: "User" });
export type User = z.infer<typeof User>;

/** What a request showed: nothing in mode none, else a login's token or a key. `expiresAt` in milliseconds since 1970, null for never. */
export type Credential =
  | { kind: "local" }
  | { kind: "login"; id: string; expiresAt: number }
  | { kind: "api_key"; id: string; scopes: readonly string[]; expiresAt: number | null };

/** Who asks. Every lookup of something that belongs to a person carries it. */
export type Actor = { user: User; isAdmin: boolean; credential: Credential };

/** The only user of a server without authentication: the person at the machine. */
export const LOCAL_USER: User = {
  id: "00000000-0000-0000-0000-000000000000",
  email: "anonymous@local",
  name: "Anonymous",
  roles: ["admin"],
  avatar_url: null,
};

export const LOCAL_ACTOR: Actor = { user: LOCAL_USER, isAdmin: true, credential: { kind: "local" } };
