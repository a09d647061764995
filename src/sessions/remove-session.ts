import type { Script, Tx } from "@/database/database";
import type { Actor } from "@/domain/user";
import type { SessionAddress } from "@/http/under-session";
import type { HiddenSessionStore } from "./hidden-session-store";
import type { SessionStore } from "./session-store";

type Parts = {
  sessions: SessionStore;
  hidden: HiddenSessionStore;
  /** Answers the call that waits for this session, if one does. */
  childGone: (tx: Tx, sessionId: string) => Script<void>;
  /** Lets go of what the session's files hold, in the transaction of its end. */
  releaseFiles: (tx: Tx, sessionId: string) => Script<void>;
  /** Tells whoever runs or follows the session that it is gone. */
  forget: (sessionId: string) => void;
  /** A large one is to be removed piece by piece. */
  sweep: () => void;
};

export type RemoveSession = ReturnType<typeof createRemoveSession>;

/**
 * Deletes a session with all it holds, and with the sessions in which other agents answer it: at once, or hidden at once and then piece by
 * piece where one holds much.
 */
export const createRemoveSession = ({ sessions, hidden, childGone, releaseFiles, forget, sweep }: Parts) =>
  function* removeSession(tx: Tx, actor: Actor, address: SessionAddress): Script<void> {
    const { id } = yield* sessions.get(actor, address);
    yield* childGone(tx, id);
    const gone = yield* sessions.withChildren(tx, id);
    const small: string[] = [];
    for (const each of gone) {
      if (yield* hidden.isLarge(tx, each)) yield* hidden.leave(tx, each);
      else small.push(each);
    }
    for (const each of small) yield* releaseFiles(tx, each);
    yield* sessions.remove(tx, small);
    tx.afterCommit(() => {
      gone.forEach(forget);
      if (small.length < gone.length) sweep();
    });
  };
