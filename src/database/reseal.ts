import { type SecretBox, SecretUnreadable } from "@/platform/secrets";
import type { Database, Script, Tx } from "./database";

/** A sealed text, where it is kept, and how to put another in its place. */
export type SealedValue = { sealed: string; context: string; replace(sealed: string): Script<void> };

/** All that one store keeps sealed. */
export type SealedColumn = (tx: Tx) => Script<SealedValue[]>;

export type Resealed = {
  resealed: number;
  /** What no key of this server opens: it was left as it was. */
  unreadable: number;
};

/** Seals everything with the current key that another one had sealed, in one transaction: all of it, or nothing. */
export const reseal = (db: Database, secrets: SecretBox, columns: readonly SealedColumn[]): Promise<Resealed> =>
  db.transact(function* (tx) {
    const done = { resealed: 0, unreadable: 0 };
    for (const column of columns) {
      for (const { sealed, context, replace } of yield* column(tx)) {
        if (secrets.isCurrent(sealed)) continue;
        const plain = openIfReadable(secrets, sealed, context);
        if (plain === undefined) done.unreadable++;
        else {
          yield* replace(secrets.seal(plain, context));
          done.resealed++;
        }
      }
    }
    return done;
  });

function openIfReadable(secrets: SecretBox, sealed: string, context: string): string | undefined {
  try {
    return secrets.open(sealed, context).reveal();
  } catch (error) {
    if (error instanceof SecretUnreadable) return undefined;
    throw error;
  }
}
