import { createHash, randomBytes } from "node:crypto";
import { and, eq, gt, isNull, lte } from "drizzle-orm";
import { type Database, run, type Script, type Tx } from "@/database/database";
import type { Tables } from "@/database/schema";
import type { Clock } from "@/platform/clock";

export type LinkPurpose = Tables["oneTimeLinks"]["$inferSelect"]["purpose"];

const MINUTE_MS = 60_000;

/** How long a link works. */
export const LINK_LIFETIME_MS: Record<LinkPurpose, number> = { first_admin: 30 * MINUTE_MS, password_reset: 24 * 60 * MINUTE_MS };

export type OneTimeLinkStore = ReturnType<typeof createOneTimeLinkStore>;

/** Links that work once. The token stands in the link alone; kept is its SHA-256, which is enough for 256 random bits. */
export const createOneTimeLinkStore = ({ tables: { oneTimeLinks } }: Pick<Database, "tables">, clock: Clock) => {
  const isFor = (userId: string | null) => (userId === null ? isNull(oneTimeLinks.userId) : eq(oneTimeLinks.userId, userId));
  const isGood = (purpose: LinkPurpose, token: string) =>
    and(eq(oneTimeLinks.tokenHash, hashOf(token)), eq(oneTimeLinks.purpose, purpose), gt(oneTimeLinks.expiresAt, clock.now()));

  return {
    /** Answers the token. An earlier link for the same purpose and user no longer works. */
    *make(tx: Tx, purpose: LinkPurpose, userId: string | null): Script<{ token: string; expiresAt: number }> {
      const token = randomBytes(32).toString("base64url");
      const now = clock.now();
      const expiresAt = now + LINK_LIFETIME_MS[purpose];
      yield* this.revoke(tx, purpose, userId);
      yield* run(tx.sql.insert(oneTimeLinks).values({ tokenHash: hashOf(token), purpose, userId, createdAt: now, expiresAt }));
      return { token, expiresAt };
    },

    /** Whose link it is, if it works; it still does afterwards. */
    *find({ sql }: Pick<Tx, "sql">, purpose: LinkPurpose, token: string): Script<{ userId: string | null } | undefined> {
      const [link] = yield* run(sql.select({ userId: oneTimeLinks.userId }).from(oneTimeLinks).where(isGood(purpose, token)));
      return link;
    },

    /** Whose link it is, if it works, which it does no more once this transaction is kept. */
    *use(tx: Tx, purpose: LinkPurpose, token: string): Script<{ userId: string | null } | undefined> {
      const [link] = yield* run(tx.sql.delete(oneTimeLinks).where(isGood(purpose, token)).returning({ userId: oneTimeLinks.userId }));
      return link;
    },

    *revoke(tx: Tx, purpose: LinkPurpose, userId: string | null): Script<void> {
      yield* run(tx.sql.delete(oneTimeLinks).where(and(eq(oneTimeLinks.purpose, purpose), isFor(userId))));
    },

    *prune(tx: Tx): Script<void> {
      yield* run(tx.sql.delete(oneTimeLinks).where(lte(oneTimeLinks.expiresAt, clock.now())));
    },
  };
};

const hashOf = (token: string): string => createHash("sha256").update(token).digest("hex");
