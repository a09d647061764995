import { createHash } from "node:crypto";
import type { Database, Script, Tx } from "@/database/database";
import { AppError } from "@/platform/app-error";
import type { Clock } from "@/platform/clock";
import type { SecretBox } from "@/platform/secrets";
import { answerContext, createIdempotencyStore, type IdempotencyKey } from "./idempotency-store";

type Asked = {
  request: Request;
  /** Whose key it is: the same one from another caller is another. */
  actor: { user: { id: string } };
  body: unknown;
  /** The answer holds a secret: it is kept sealed. */
  isSecret?: boolean;
};

type Act<T> = (tx: Tx) => Script<T>;

export type Once = {
  <T>(asked: Asked, status: number, script: Act<T>): Promise<Response>;
  /** `prepare` calls somebody outside, and comes back with the script that keeps the answer. For a replay it is not called again. */
  calling<T>(asked: Asked, status: number, prepare: () => Promise<Act<T>>): Promise<Response>;
};

/**
 * Answers a POST. With an `Idempotency-Key`, the answer is kept in the transaction of what it did: the same key from the same caller
 * on the same route gets that answer again for a day, and does nothing. The same key with another body is refused (422).
 */
export const createOnce = (db: Database, clock: Clock, secrets: SecretBox): Once => {
  const answers = createIdempotencyStore(db, clock);
  /** Calls of `prepare` that run, by their place: a repeated request waits for the first. */
  const calls = new Map<string, Promise<unknown>>();

  const once = async <T>(asked: Asked, status: number, script: Act<T>): Promise<Response> => {
    const place = placeOf(asked);
    if (place === null) return json(JSON.stringify(await db.transact(script)), status);
    return db.transact(function* (tx) {
      const replay = yield* find(tx, asked, place);
      if (replay) return replay;
      const answer = JSON.stringify(yield* script(tx));
      const kept = asked.isSecret ? secrets.seal(answer, answerContext(place)) : answer;
      yield* answers.keep(tx, place, { bodyHash: hashOf(asked), status, answer: kept });
      return json(answer, status);
    });
  };

  const calling = async <T>(asked: Asked, status: number, prepare: () => Promise<Act<T>>): Promise<Response> => {
    const place = placeOf(asked);
    if (place === null) return once(asked, status, await prepare());
    const key = JSON.stringify(place);
    // Whatever became of the first, it is over: a kept answer is found now, and a failed call is made again.
    while (calls.has(key)) await calls.get(key);

    const call = (async () => (await db.transact((tx) => find(tx, asked, place))) ?? (await once(asked, status, await prepare())))();
    calls.set(
      key,
      call.catch(() => {}).then(() => calls.delete(key)),
    );
    return call;
  };

  function* find(tx: Tx, asked: Asked, place: IdempotencyKey): Script<Response | undefined> {
    const earlier = yield* answers.find(tx, place);
    if (earlier && earlier.bodyHash !== hashOf(asked))
      throw new AppError("idempotency_mismatch", "This Idempotency-Key was used with another body: use a new key for a new request");
    if (!earlier) return undefined;
    const answer = asked.isSecret ? secrets.open(earlier.answer, answerContext(place)).reveal() : earlier.answer;
    return json(answer, earlier.status, { "idempotent-replayed": "true" });
  }

  return Object.assign(once, { calling });
};

/** Null without a key. */
function placeOf({ request, actor }: Asked): IdempotencyKey | null {
  const key = request.headers.get("idempotency-key");
  if (key === null) return null;
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) throw new AppError("invalid", "Idempotency-Key must be 1 to 255 visible characters");
  const { pathname } = new URL(request.url);
  return { callerId: actor.user.id, route: `${request.method} ${pathname.replace(/\/$/, "")}`, key };
}

/** No body and an empty object ask for the same. */
function hashOf({ body }: Asked): string {
  const isEmpty = body == null || JSON.stringify(body) === "{}";
  return createHash("sha256")
    .update(isEmpty ? "null" : JSON.stringify(body))
    .digest("base64url");
}

const json = (body: string, status: number, headers: Record<string, string> = {}): Response =>
  new Response(body, { status, headers: { "content-type": "application/json;charset=utf-8", ...headers } });
