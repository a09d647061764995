import { and, asc, count, eq, ne } from "drizzle-orm";
import { contains, hasTag } from "@/database/conditions";
import { type Database, run, type Script, type Tx } from "@/database/database";
import type { Tables } from "@/database/schema";
import { LOCAL_USER, type User } from "@/domain/user";
import type { Page, PageQuery } from "@/http/lists";
import { conflict, notFound } from "@/platform/app-error";
import type { Clock } from "@/platform/clock";
import { newId } from "@/platform/ids";
import type { Rights } from "./rights";

export type UserRow = Tables["users"]["$inferSelect"];

export type NewUser = {
  email: string;
  name: string;
  passwordHash: string | null;
  avatarUrl?: string | null;
  isEmailVerified?: boolean;
  /** Without: the very first user is an admin, every later one is not. */
  roles?: string[];
};

export type UserChange = Partial<Pick<UserRow, "name" | "roles" | "status" | "avatarUrl" | "isEmailVerified">>;

export type UserStore = ReturnType<typeof createUserStore>;

/** Addresses differ by more than the case of their letters: one that is kept is in small ones. */
export const normalizeEmail = (email: string): string => email.trim().toLowerCase();

export const toUser = ({ id, email, name, roles, avatarUrl }: UserRow): User => ({ id, email, name, roles, avatar_url: avatarUrl });

/** Accounts. The local user of mode none is a row among them, and is neither listed nor counted nor changed. */
export const createUserStore = ({ tables: { users } }: Pick<Database, "tables">, clock: Clock, rights: Rights) => {
  const isAccount = ne(users.id, LOCAL_USER.id);
  const told = (tx: Tx, id: string): void => tx.afterCommit(() => rights.changed(id));

  return {
    /** The local user is a row like any other, so that what it makes has an owner. */
    *ensureLocalUser(tx: Tx): Script<User> {
      const { id, email, name, roles, avatar_url } = LOCAL_USER;
      const [known] = yield* run(tx.sql.select({ id: users.id }).from(users).where(eq(users.id, id)));
      if (!known) yield* run(tx.sql.insert(users).values({ id, email, name, roles, avatarUrl: avatar_url, createdAt: clock.now() }));
      return LOCAL_USER;
    },

    /** Throws a conflict when the address is known. Transactions run one by one, so two that come at once make one first user. */
    *create(tx: Tx, { email, name, passwordHash, avatarUrl = null, isEmailVerified = false, roles }: NewUser): Script<UserRow> {
      if (yield* this.findByEmail(tx, email)) throw conflict("There is an account with this email already: sign in instead", "email_taken");
      const [row] = yield* run(
        tx.sql
          .insert(users)
          .values({
            id: newId(),
            email: normalizeEmail(email),
            name,
            roles: roles ?? ((yield* this.count(tx)) === 0 ? ["admin"] : ["user"]),
            avatarUrl,
            passwordHash,
            isEmailVerified,
            status: "active",
            createdAt: clock.now(),
          })
          .returning(),
      );
      return row!;
    },

    *find({ sql }: Pick<Tx, "sql">, id: string): Script<UserRow | undefined> {
      const [row] = yield* run(
        sql
          .select()
          .from(users)
          .where(and(eq(users.id, id), isAccount)),
      );
      return row;
    },

    /** In any case of its letters. */
    *findByEmail({ sql }: Pick<Tx, "sql">, email: string): Script<UserRow | undefined> {
      const [row] = yield* run(
        sql
          .select()
          .from(users)
          .where(and(eq(users.email, normalizeEmail(email)), isAccount)),
      );
      return row;
    },

    *get(from: Pick<Tx, "sql">, id: string): Script<UserRow> {
      const row = yield* this.find(from, id);
      if (!row) throw notFound("User");
      return row;
    },

    *count({ sql }: Pick<Tx, "sql">): Script<number> {
      const [counted] = yield* run(sql.select({ total: count() }).from(users).where(isAccount));
      return counted!.total;
    },

    /** Whether someone else than this user could administer the server. */
    *hasOtherAdmin({ sql }: Pick<Tx, "sql">, id: string): Script<boolean> {
      const isActiveAdmin = and(isAccount, eq(users.status, "active"), hasTag(users.roles, "admin"));
      const [other] = yield* run(
        sql
          .select({ id: users.id })
          .from(users)
          .where(and(isActiveAdmin, ne(users.id, id)))
          .limit(1),
      );
      return other !== undefined;
    },

    /** Oldest first. */
    *list({ sql }: Pick<Tx, "sql">, { search }: { search?: string | undefined }, { offset, limit }: PageQuery): Script<Page<UserRow>> {
      const wanted = and(isAccount, search ? contains(search, users.email, users.name) : undefined);
      const items = yield* run(
        sql.select().from(users).where(wanted).orderBy(asc(users.createdAt), asc(users.id)).limit(limit).offset(offset),
      );
      const [counted] = yield* run(sql.select({ total: count() }).from(users).where(wanted));
      return { items, total: counted!.total };
    },

    /** Open streams and later requests of the user see the new rights at once. */
    *update(tx: Tx, id: string, { name, roles, status, avatarUrl, isEmailVerified }: UserChange): Script<UserRow> {
      const before = yield* this.get(tx, id);
      const change = { name, roles, status, avatarUrl, isEmailVerified };
      if (Object.values(change).every((value) => value === undefined)) return before;
      const [row] = yield* run(tx.sql.update(users).set(change).where(eq(users.id, id)).returning());
      told(tx, id);
      return row!;
    },

    /** Logins stay: whoever wants them ended revokes them in the same transaction. Null leaves the user without a password. */
    *setPassword(tx: Tx, id: string, passwordHash: string | null): Script<void> {
      yield* this.get(tx, id);
      yield* run(tx.sql.update(users).set({ passwordHash }).where(eq(users.id, id)).returning({ id: users.id }));
    },

    /** With everything that is theirs: logins, keys, agents, sessions. */
    *remove(tx: Tx, id: string): Script<void> {
      yield* this.get(tx, id);
      yield* run(tx.sql.delete(users).where(eq(users.id, id)).returning({ id: users.id }));
      told(tx, id);
    },
  };
};
