import { eq } from "drizzle-orm";
import { type Database, run, type Script, type Tx } from "@/database/database";
import { LOCAL_USER, type User } from "@/domain/user";
import type { Clock } from "@/platform/clock";

export const createUserStore = ({ tables: { users } }: Pick<Database, "tables">, clock: Clock) => ({
  /** The local user is a row like any other, so that what it makes has an owner. */
  *ensureLocalUser(tx: Tx): Script<User> {
    const { id, email, name, roles, avatar_url } = LOCAL_USER;
    const [known] = yield* run(tx.sql.select({ id: users.id }).from(users).where(eq(users.id, id)));
    if (!known) yield* run(tx.sql.insert(users).values({ id, email, name, roles, avatarUrl: avatar_url, createdAt: clock.now() }));
    return LOCAL_USER;
  },
});
