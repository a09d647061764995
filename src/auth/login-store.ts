import { and, desc, eq, gt, isNull, lt, ne, sql as raw } from "drizzle-orm";
import { type Database, prepare, run, type Script, type Tx } from "@/database/database";
import type { Tables } from "@/database/schema";
import type { Clock } from "@/platform/clock";
import { newId } from "@/platform/ids";
import type { Rights } from "./rights";
import type { UserRow } from "./user-store";

export type LoginRow = Tables["logins"]["$inferSelect"];

/** What came of exchanging a refresh token. `reused`: it was used before, so someone else may hold it, and the whole login is ended. */
export type Exchange = { kind: "exchanged"; login: LoginRow } | { kind: "reused"; login: LoginRow } | { kind: "refused" };

/** A client that lost the answer, or asked twice at once, may use the token before the newest for so long, and gets the same pair again. */
const REPLAY_MS = 10_000;

export type LoginStore = ReturnType<typeof createLoginStore>;

/** Logins: what access and refresh tokens stand for. Tokens are signed from a login's row, and none is kept. */
export const createLoginStore = (
  { tables: { logins, users } }: Pick<Database, "tables">,
  clock: Clock,
  rights: Rights,
  { refreshSeconds }: { refreshSeconds: number },
) => {
  const refreshMs = refreshSeconds * 1000;
  const isOpen = () => and(isNull(logins.revokedAt), gt(logins.expiresAt, clock.now()));

  const withUser = prepare<{ id: string }, { login: LoginRow; user: UserRow }>((sql) =>
    sql
      .select({ login: logins, user: users })
      .from(logins)
      .innerJoin(users, eq(users.id, logins.userId))
      .where(eq(logins.id, raw.placeholder("id")))
      .prepare(),
  );

  return {
    *create(tx: Tx, userId: string): Script<LoginRow> {
      const now = clock.now();
      yield* run(tx.sql.delete(logins).where(lt(logins.expiresAt, now)).returning({ id: logins.id }));
      const [row] = yield* run(
        tx.sql
          .insert(logins)
          .values({ id: newId(), userId, generation: 0, rotatedAt: now, createdAt: now, expiresAt: now + refreshMs, revokedAt: null })
          .returning(),
      );
      return row!;
    },

    /** On the path of every request with a token. Undefined for a login that ended; whether the user may still come is the caller's to see. */
    *findOpen(id: string): Script<{ login: LoginRow; user: UserRow } | undefined> {
      const [found] = yield* withUser({ id });
      return found && found.login.revokedAt === null && found.login.expiresAt > clock.now() ? found : undefined;
    },

    /** The open logins of a user, newest first. */
    *list({ sql }: Pick<Tx, "sql">, userId: string): Script<LoginRow[]> {
      return yield* run(
        sql
          .select()
          .from(logins)
          .where(and(eq(logins.userId, userId), isOpen()))
          .orderBy(desc(logins.createdAt), desc(logins.id)),
      );
    },

    /**
     * Exchanges the refresh token of a generation for the next one. The token before the newest gets the newest again for 10 s; whatever
     * is older, or later, ends the login. Never throws for it, so that the end is committed.
     */
    *exchange(tx: Tx, id: string, generation: number): Script<Exchange> {
      const found = yield* this.findOpen(id);
      if (!found || generation > found.login.generation) return { kind: "refused" };
      const { login } = found;
      const now = clock.now();
      if (generation === login.generation) {
        const [next] = yield* run(
          tx.sql
            .update(logins)
            .set({ generation: generation + 1, rotatedAt: now, expiresAt: now + refreshMs })
            .where(eq(logins.id, id))
            .returning(),
        );
        return { kind: "exchanged", login: next! };
      }
      const isReplay = generation === login.generation - 1 && now - login.rotatedAt <= REPLAY_MS;
      if (isReplay) return { kind: "exchanged", login };
      yield* this.revoke(tx, login);
      return { kind: "reused", login };
    },

    /** Its tokens stop working at once. */
    *revoke(tx: Tx, { id, userId }: Pick<LoginRow, "id" | "userId">): Script<void> {
      yield* run(
        tx.sql
          .update(logins)
          .set({ revokedAt: clock.now() })
          .where(and(eq(logins.id, id), isNull(logins.revokedAt)))
          .returning({ id: logins.id }),
      );
      tx.afterCommit(() => rights.changed(userId));
    },

    /** Ends every login of a user, but for the one that is named. */
    *revokeAllOf(tx: Tx, userId: string, exceptId?: string): Script<void> {
      const others = exceptId === undefined ? undefined : ne(logins.id, exceptId);
      yield* run(
        tx.sql
          .update(logins)
          .set({ revokedAt: clock.now() })
          .where(and(eq(logins.userId, userId), isNull(logins.revokedAt), others))
          .returning({ id: logins.id }),
      );
      tx.afterCommit(() => rights.changed(userId));
    },
  };
};
