import { cancel } from "@/agent-loop/endings";
import type { Database, Script, Tx } from "@/database/database";
import type { EventDraft, KeptEvent } from "@/domain/event";
import type { ForkSession, Session } from "@/domain/session";
import type { Actor } from "@/domain/user";
import type { EventLog } from "@/events/event-log";
import type { FileStore } from "@/files/file-store";
import type { SessionAddress } from "@/http/under-session";
import { conflict, invalid } from "@/platform/app-error";
import type { Clock } from "@/platform/clock";
import type { NewSession } from "@/sessions/create-session";
import type { HiddenSessionStore } from "@/sessions/hidden-session-store";
import type { SessionStore } from "@/sessions/session-store";
import { createCopiedLog } from "./copied-log";
import { type Copying, copyPieces, type OpenTurn } from "./copy-pieces";
import type { ForkStore } from "./fork-store";

type Parts = {
  db: Database;
  forks: ForkStore;
  sessions: SessionStore;
  newSession: NewSession;
  hidden: HiddenSessionStore;
  /** What was made in vain is to be removed. */
  sweep: () => void;
  eventLog: EventLog;
  files: FileStore;
  clock: Clock;
};

export type Fork = ReturnType<typeof createForkSession>;

/** `prepare` does what takes long and comes back with the script that makes the fork; `release` takes back what no script has finished. */
export type Forking = { prepare: () => Promise<(tx: Tx) => Script<Session>>; release: () => Promise<void> };

/** What is kept in one commit with the event before it, or tells its end: it is meant together with that. */
const belongsTo = (before: string, type: string): boolean =>
  ["turn.completed", "turn.failed", "turn.cancelled", "session.updated", "message.tool_result"].includes(type) ||
  (before === "file.changed" && type === "tool.completed") ||
  (before === "model.completed" && type === "message.assistant");

/** Of events that belong together, the most: a model's answer, its message, the turn's end, and what the session is then. */
const MOST_TOGETHER = 4;

/**
 * Makes a new session with another's log and files up to an event. A turn that is open there ends in the fork as cancelled, with an answer to
 * every call that it left open, and a message that still waits is taken out of the queue: a fork does nothing by itself. The session that it
 * comes from goes on as it was. A small one is copied in one transaction; a large one piece by piece, and nobody sees it before it is whole.
 */
export const createForkSession = (parts: Parts) =>
  function forkSession(actor: Actor, address: SessionAddress, input: ForkSession): Forking {
    const { db, sessions, hidden, files, clock } = parts;
    let unfinished: string | null = null;

    async function prepare() {
      const { last, isLarge } = await db.read(function* () {
        const parent = yield* sessions.get(actor, address);
        const last = yield* lastSequence(parts, db, parent.id, input.after_sequence ?? null);
        yield* refuseForgotten(files, db, parent.id, last);
        return { last, isLarge: yield* hidden.isLarge(db, parent.id, last) };
      });
      return isLarge ? copySlowly(last) : (tx: Tx) => copyAtOnce(tx, last);
    }

    function* copyAtOnce(tx: Tx, last: number): Script<Session> {
      const copying = yield* open(tx, last);
      const openTurns: OpenTurn[] = [];
      for (const piece of copyPieces(parts, copying, openTurns)) yield* piece(tx);
      return yield* finish(tx, copying, openTurns);
    }

    async function copySlowly(last: number): Promise<(tx: Tx) => Script<Session>> {
      const copying = await db.transact(function* (tx) {
        const opened = yield* open(tx, last);
        yield* hidden.beginMaking(tx, opened.to);
        return opened;
      });
      unfinished = copying.to;
      const openTurns: OpenTurn[] = [];
      for (const piece of copyPieces(parts, copying, openTurns)) {
        await db.transact(piece);
        await new Promise((resolve) => setImmediate(resolve));
      }
      return function* (tx) {
        yield* hidden.endMaking(tx, copying.to);
        const session = yield* finish(tx, copying, openTurns);
        tx.afterCommit(() => {
          unfinished = null;
        });
        return session;
      };
    }

    function* open(tx: Tx, last: number): Script<Copying> {
      const parent = yield* sessions.get(actor, address);
      const { id } = yield* parts.newSession(tx, actor, parent.agent_id, {
        title: titleOf(parent, input),
        tags: parent.tags,
        model_id: parent.model_id,
        agent_version: parent.agent_version,
        client_tools: parent.client_tools,
      });
      return { from: parent.id, to: id, last, log: createCopiedLog({ from: parent.id, to: id }), now: clock.now() };
    }

    function* finish(tx: Tx, { from, to, last, now }: Copying, openTurns: readonly OpenTurn[]): Script<Session> {
      const { eventLog, forks } = parts;
      // What was copied piece by piece is whole only if it was all there until now.
      const parent = yield* sessions.get(actor, address);
      yield* refuseForgotten(files, tx, to, last);
      yield* forks.endLog(tx, to, last);
      for (const turn of openTurns) {
        const log = (yield* eventLog.ofTurn(turn.id)).map(toDraft);
        const durationMs = turn.startedAt === null ? 0 : now - turn.startedAt;
        yield* eventLog.append(tx, { sessionId: to, turnId: turn.id }, cancel({ messageId: turn.messageId, durationMs, log }).drafts);
      }
      yield* eventLog.append(tx, { sessionId: to, turnId: null }, [
        { type: "session.forked", data: { from_session_id: from, after_sequence: last } },
        { type: "session.updated", data: { title: titleOf(parent, input), status: "pending" } },
      ]);
      return yield* sessions.get(actor, { sessionId: to, agentId: parent.agent_id });
    }

    async function release(): Promise<void> {
      const id = unfinished;
      if (id === null) return;
      await db.transact((tx) => hidden.abandon(tx, id));
      parts.sweep();
    }

    return { prepare, release };
  };

function* refuseForgotten(files: FileStore, sql: Pick<Tx, "sql">, sessionId: string, last: number): Script<void> {
  if (yield* files.isForgottenAt(sql, sessionId, last))
    throw conflict("What the files held then was let go, to make room for later versions: fork at a later sequence", "version_forgotten");
}

/** As far as the fork goes: to the event that was asked for, and what belongs to it. */
function* lastSequence(
  { forks, eventLog }: Pick<Parts, "forks" | "eventLog">,
  sql: Pick<Tx, "sql">,
  sessionId: string,
  asked: number | null,
): Script<number> {
  const end = yield* eventLog.lastSequence(sessionId);
  if (asked === null || asked === 0) return asked ?? end;
  if (asked > end) throw invalid(`after_sequence must be at most ${end}, the session's last`);
  const types = yield* forks.typesFrom(sql, sessionId, asked, MOST_TOGETHER);
  const other = types.findIndex((type, index) => index > 0 && !belongsTo(types[index - 1]!, type));
  return asked - 1 + (other === -1 ? types.length : other);
}

const toDraft = ({ type, id, json }: KeptEvent): EventDraft => ({ type, id, data: JSON.parse(json) }) as EventDraft;

const MAX_TITLE = 255;

const titleOf = ({ title }: Session, input: ForkSession): string | null =>
  input.title ?? (title === null ? null : `${title.slice(0, MAX_TITLE - 7).toWellFormed()} (fork)`);
