import type { Database } from "@/database/database";
import type { Clock } from "@/platform/clock";
import type { ApiKeyStore } from "./api-key-store";

const AT_MOST_EVERY_MS = 60_000;

/** Writes down when a key was last used, at most once a minute for each, beside the request and never in its way. */
export function createNoteUse({ db, apiKeys, clock }: { db: Database; apiKeys: ApiKeyStore; clock: Clock }) {
  const underWay = new Set<string>();

  return ({ id, lastUsedAt }: { id: string; lastUsedAt: number | null }): void => {
    if (underWay.has(id) || (lastUsedAt !== null && clock.now() - lastUsedAt < AT_MOST_EVERY_MS)) return;
    underWay.add(id);
    // A full disk, or a server that goes away: the time of use is not worth a failure.
    const done = () => void underWay.delete(id);
    db.transact((tx) => apiKeys.touch(tx, id)).then(done, done);
  };
}
