import type { IdentityStore } from "@/auth/identity-store";
import { toUser, type UserRow, type UserStore } from "@/auth/user-store";
import type { Database, Script, Tx } from "@/database/database";
import type { ManagedUser } from "@/domain/managed-user";
import type { Page, PageQuery } from "@/http/lists";
import { toTimestamp } from "@/platform/clock";

export type ManagedUsers = ReturnType<typeof createManagedUsers>;

type From = Pick<Database | Tx, "sql">;

/** Accounts as admins see them. */
export const createManagedUsers = ({ users, identities }: { users: UserStore; identities: IdentityStore }) => ({
  *list(from: From, search: string | undefined, page: PageQuery): Script<Page<ManagedUser>> {
    const { items, total } = yield* users.list(from, { search }, page);
    const providers = yield* identities.providersOf(
      from,
      items.map(({ id }) => id),
    );
    return { items: items.map((row) => toManagedUser(row, providers.get(row.id) ?? [])), total };
  },

  *get(from: From, id: string): Script<ManagedUser> {
    const row = yield* users.get(from, id);
    const providers = yield* identities.providersOf(from, [id]);
    return toManagedUser(row, providers.get(id) ?? []);
  },
});

const toManagedUser = (row: UserRow, providers: string[]): ManagedUser => ({
  ...toUser(row),
  status: row.status,
  email_verified: row.isEmailVerified,
  has_password: row.passwordHash !== null,
  providers,
  created_at: toTimestamp(row.createdAt),
});
