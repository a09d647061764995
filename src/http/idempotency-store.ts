import { and, eq, like, lt } from "drizzle-orm";
import { type Database, run, type Script, type Tx } from "@/database/database";
import type { SealedColumn } from "@/database/reseal";
import type { Tables } from "@/database/schema";
import type { Clock } from "@/platform/clock";

const KEPT_MS = 24 * 3_600_000;

export type IdempotencyKey = { callerId: string; route: string; key: string };
export type KeptAnswer = Pick<Tables["idempotencyKeys"]["$inferSelect"], "bodyHash" | "status" | "answer">;

/** Answers to requests that carried an `Idempotency-Key`, kept for a day. */
export const createIdempotencyStore = ({ tables: { idempotencyKeys } }: Pick<Database, "tables">, clock: Clock) => ({
  *find(tx: Tx, { callerId, route, key }: IdempotencyKey): Script<KeptAnswer | undefined> {
    const wanted = and(eq(idempotencyKeys.callerId, callerId), eq(idempotencyKeys.route, route), eq(idempotencyKeys.key, key));
    // Only this one: all others that are over are removed in the background, where nobody waits for it.
    yield* run(tx.sql.delete(idempotencyKeys).where(and(wanted, lt(idempotencyKeys.createdAt, clock.now() - KEPT_MS))));
    const [kept] = yield* run(tx.sql.select().from(idempotencyKeys).where(wanted));
    return kept;
  },

  *keep(tx: Tx, key: IdempotencyKey, answer: KeptAnswer): Script<void> {
    yield* run(tx.sql.insert(idempotencyKeys).values({ ...key, ...answer, createdAt: clock.now() }));
  },
});

/** Binds a sealed answer to its place. */
export const answerContext = ({ callerId, route, key }: IdempotencyKey): string =>
  `idempotency_keys/${JSON.stringify({ callerId, route, key })}`;

/** Answers that hold a secret. The others are JSON, which never begins like a sealed text. */
export const sealedAnswers = ({ idempotencyKeys }: Pick<Tables, "idempotencyKeys">): SealedColumn =>
  function* (tx) {
    const rows = yield* run(tx.sql.select().from(idempotencyKeys).where(like(idempotencyKeys.answer, "v1.%")));
    return rows.map((row) => ({
      sealed: row.answer,
      context: answerContext(row),
      *replace(answer) {
        const own = and(eq(idempotencyKeys.callerId, row.callerId), eq(idempotencyKeys.route, row.route), eq(idempotencyKeys.key, row.key));
        yield* run(tx.sql.update(idempotencyKeys).set({ answer }).where(own).returning({ key: idempotencyKeys.key }));
      },
    }));
  };
