import type { Actor } from "@/domain/user";
import type { Clock } from "@/platform/clock";
import type { Rights } from "./rights";

/** Nothing may be missed for longer than this, whoever changed the database. */
const CHECK_EVERY_MS = 7500;

/** The longest delay that a timer takes. */
const MAX_DELAY_MS = 2_147_483_647;

type Parts = {
  rights: Rights;
  clock: Clock;
  /** Throws when the actor may not come in any more. */
  renewActor: (actor: Actor) => Promise<Actor>;
  checkEveryMs?: number;
};

export type HoldRights = ReturnType<typeof createHoldRights>;

/**
 * For what stays open after its request was let in. The signal aborts as soon as the token or key ends or is revoked, the user is
 * disabled, or `check` throws for the rights of now. `release` must be called at the end.
 */
export const createHoldRights = ({ rights, clock, renewActor, checkEveryMs = CHECK_EVERY_MS }: Parts) =>
  function holdRights(actor: Actor, check: (actor: Actor) => Promise<unknown>): { lost: AbortSignal; release: () => void } {
    const lost = new AbortController();
    const { credential, user } = actor;
    if (credential.kind === "local") return { lost: lost.signal, release() {} };

    const look = () =>
      renewActor(actor)
        .then(check)
        .catch(() => lost.abort());
    const unsubscribe = rights.subscribe(user.id, look);
    const looking = setInterval(look, checkEveryMs);
    const leftMs = Math.max((credential.expiresAt ?? Number.POSITIVE_INFINITY) - clock.now(), 0);
    const ending = setTimeout(look, Math.min(leftMs + 1, MAX_DELAY_MS));
    // What changed since the request was let in was not heard yet.
    void look();

    return {
      lost: lost.signal,
      release() {
        unsubscribe();
        clearInterval(looking);
        clearTimeout(ending);
      },
    };
  };
