import { and, asc, eq, inArray } from "drizzle-orm";
import { type Database, run, type Script, type Tx } from "@/database/database";
import type { Clock } from "@/platform/clock";
import type { OAuthProvider } from "./oauth-driver";

/** An account at a provider, by the provider's own lasting name for it. */
export type Identity = { provider: OAuthProvider; subject: string };

export type IdentityStore = ReturnType<typeof createIdentityStore>;

/** Which account at which provider signs in as whom here. */
export const createIdentityStore = ({ tables: { identities } }: Pick<Database, "tables">, clock: Clock) => ({
  *findUserId({ sql }: Pick<Tx, "sql">, { provider, subject }: Identity): Script<string | undefined> {
    const [row] = yield* run(
      sql
        .select({ userId: identities.userId })
        .from(identities)
        .where(and(eq(identities.provider, provider), eq(identities.subject, subject))),
    );
    return row?.userId;
  },

  *link(tx: Tx, { provider, subject }: Identity, userId: string): Script<void> {
    yield* run(tx.sql.insert(identities).values({ provider, subject, userId, createdAt: clock.now() }));
  },

  /** The providers that each of these users signs in with. */
  *providersOf({ sql }: Pick<Tx, "sql">, userIds: string[]): Script<Map<string, OAuthProvider[]>> {
    const rows = yield* run(
      sql
        .select({ userId: identities.userId, provider: identities.provider })
        .from(identities)
        .where(inArray(identities.userId, userIds))
        .orderBy(asc(identities.createdAt)),
    );
    const found = new Map<string, OAuthProvider[]>();
    for (const { userId, provider } of rows) found.set(userId, [...(found.get(userId) ?? []), provider]);
    return found;
  },
});
