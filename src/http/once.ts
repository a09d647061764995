import { createHash } from "node:crypto";
import type { Database, Script, Tx } from "@/database/database";
import { AppError } from "@/platform/app-error";
import type { Clock } from "@/platform/clock";
import type { SecretBox } from "@/platform/secrets";
import { answerContext, createIdempotencyStore } from "./idempotency-store";

type Asked = {
  request: Request;
  /** Whose key it is: the same one from another caller is another. */
  actor: { user: { id: string } };
  body: unknown;
  /** The answer holds a secret: it is kept sealed. */
  isSecret?: boolean;
};

export type Once = <T>(asked: Asked, status: number, script: (tx: Tx) => Script<T>) => Promise<Response>;

/**
 * Answers a POST. With an `Idempotency-Key`, the answer is kept in the transaction of what it did: the same key from the same caller
 * on the same route gets that answer again for a day, and does nothing. The same key with another body is refused (422).
 */
export const createOnce = (db: Database, clock: Clock, secrets: SecretBox): Once => {
  const answers = createIdempotencyStore(db, clock);

  return async ({ request, actor, body, isSecret = false }, status, script) => {
    const key = request.headers.get("idempotency-key");
    if (key === null) return json(JSON.stringify(await db.transact(script)), status);
    if (!/^[\x21-\x7e]{1,255}$/.test(key)) throw new AppError("invalid", "Idempotency-Key must be 1 to 255 visible characters");

    const { pathname } = new URL(request.url);
    const place = { callerId: actor.user.id, route: `${request.method} ${pathname.replace(/\/$/, "")}`, key };
    const bodyHash = createHash("sha256")
      .update(JSON.stringify(body ?? null))
      .digest("base64url");

    const context = answerContext(place);
    const toKept = (answer: string) => (isSecret ? secrets.seal(answer, context) : answer);
    const fromKept = (kept: string) => (isSecret ? secrets.open(kept, context).reveal() : kept);

    return db.transact(function* (tx) {
      const earlier = yield* answers.find(tx, place);
      if (earlier && earlier.bodyHash !== bodyHash)
        throw new AppError("idempotency_mismatch", "This Idempotency-Key was used with another body: use a new key for a new request");
      if (earlier) return json(fromKept(earlier.answer), earlier.status, { "idempotent-replayed": "true" });

      const answer = JSON.stringify(yield* script(tx));
      yield* answers.keep(tx, place, { bodyHash, status, answer: toKept(answer) });
      return json(answer, status);
    });
  };
};

const json = (body: string, status: number, headers: Record<string, string> = {}): Response =>
  new Response(body, { status, headers: { "content-type": "application/json;charset=utf-8", ...headers } });
