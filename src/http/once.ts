import { createHash } from "node:crypto";
import { and, eq, lt } from "drizzle-orm";
import type { Database, Script, Tx } from "@/database/database";
import { run } from "@/database/database";
import type { Actor } from "@/domain/user";
import { AppError } from "@/platform/app-error";
import type { Clock } from "@/platform/clock";

const KEPT_MS = 24 * 3_600_000;

type Asked = { request: Request; actor: Actor; body: unknown };

export type Once = <T>(asked: Asked, status: number, script: (tx: Tx) => Script<T>) => Promise<Response>;

/**
 * Answers a POST. With an `Idempotency-Key`, the answer is kept in the transaction of what it did: the same key from the same caller
 * on the same route gets that answer again for a day, and does nothing. The same key with another body is refused (422).
 */
export const createOnce = (db: Database, clock: Clock): Once => {
  const { idempotencyKeys } = db.tables;

  return async ({ request, actor, body }, status, script) => {
    const key = request.headers.get("idempotency-key");
    if (key === null) return json(JSON.stringify(await db.transact(script)), status);
    if (!/^[\x21-\x7e]{1,255}$/.test(key)) throw new AppError("invalid", "Idempotency-Key must be 1 to 255 visible characters");

    const { pathname } = new URL(request.url);
    const row = { callerId: actor.user.id, route: `${request.method} ${pathname}`, key };
    const bodyHash = createHash("sha256").update(JSON.stringify(body ?? null)).digest("base64url");

    return db.transact(function* (tx) {
      const now = clock.now();
      yield* run(tx.sql.delete(idempotencyKeys).where(lt(idempotencyKeys.createdAt, now - KEPT_MS)));
      const [earlier] = yield* run(
        tx.sql
          .select()
          .from(idempotencyKeys)
          .where(and(eq(idempotencyKeys.callerId, row.callerId), eq(idempotencyKeys.route, row.route), eq(idempotencyKeys.key, key))),
      );
      if (earlier && earlier.bodyHash !== bodyHash)
        throw new AppError("idempotency_mismatch", "This Idempotency-Key was used with another body: use a new key for a new request");
      if (earlier) return json(earlier.answer, earlier.status, { "idempotent-replayed": "true" });

      const answer = JSON.stringify(yield* script(tx));
      yield* run(tx.sql.insert(idempotencyKeys).values({ ...row, bodyHash, status, answer, createdAt: now }));
      return json(answer, status);
    });
  };
};

const json = (body: string, status: number, headers: Record<string, string> = {}): Response =>
  new Response(body, { status, headers: { "content-type": "application/json;charset=utf-8", ...headers } });
