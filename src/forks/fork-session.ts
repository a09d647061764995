import { cancel } from "@/agent-loop/endings";
import type { Script, Tx } from "@/database/database";
import type { EventDraft } from "@/domain/event";
import type { ForkSession, Session } from "@/domain/session";
import type { Actor } from "@/domain/user";
import type { EventLog } from "@/events/event-log";
import type { FileStore } from "@/files/file-store";
import type { SessionAddress } from "@/http/under-session";
import { conflict, invalid } from "@/platform/app-error";
import type { Clock } from "@/platform/clock";
import type { NewSession } from "@/sessions/create-session";
import type { SessionStore } from "@/sessions/session-store";
import { copyLog } from "./copied-log";
import type { ForkStore } from "./fork-store";

type Parts = { forks: ForkStore; sessions: SessionStore; newSession: NewSession; eventLog: EventLog; files: FileStore; clock: Clock };

export type Fork = ReturnType<typeof createForkSession>;

/** What is kept in one commit with the event before it, or tells its end: it is meant together with that. */
const belongsTo = (before: string, type: string): boolean =>
  ["turn.completed", "turn.failed", "turn.cancelled", "session.updated", "message.tool_result"].includes(type) ||
  (before === "file.changed" && type === "tool.completed") ||
  (before === "model.completed" && type === "message.assistant");

/** Of events that belong together, the most: a model's answer, its message, the turn's end, and what the session is then. */
const MOST_TOGETHER = 4;

const ENDS = new Set(["turn.completed", "turn.failed", "turn.cancelled"]);

/**
 * Makes a new session with another's log and files up to an event, all in one transaction. A turn that is open there ends in the fork as
 * cancelled, with an answer to every call that it left open, and a message that still waits is taken out of the queue: a fork does nothing
 * by itself. The session that it comes from goes on as it was.
 */
export const createForkSession = ({ forks, sessions, newSession, eventLog, files, clock }: Parts) =>
  function* forkSession(tx: Tx, actor: Actor, address: SessionAddress, input: ForkSession): Script<Session> {
    const parent = yield* sessions.get(actor, address);
    const last = yield* lastSequence({ forks, eventLog }, tx, parent.id, input.after_sequence ?? null);
    if (yield* files.isForgottenAt(tx, parent.id, last))
      throw conflict("What the files held then was let go, to make room for later versions: fork at a later sequence", "version_forgotten");

    const rows = yield* forks.events(tx, parent.id, last);
    const turnRows = yield* forks.turns(tx, [...new Set(rows.flatMap(({ turnId }) => turnId ?? []))]);
    const { id } = yield* newSession(tx, actor, parent.agent_id, {
      title: input.title ?? titleOf(parent),
      tags: parent.tags,
      model_id: parent.model_id,
      agent_version: parent.agent_version,
      client_tools: parent.client_tools,
    });
    const ended = new Set(rows.flatMap(({ type, turnId }) => (ENDS.has(type) ? (turnId ?? []) : [])));
    const now = clock.now();
    const turns = turnRows.map((turn) => {
      if (ended.has(turn.id)) return turn;
      const begun = rows.find(({ type, turnId }) => type === "turn.started" && turnId === turn.id);
      const { model } = begun ? turn : { model: null };
      const startedAt = begun?.createdAt ?? null;
      return {
        ...turn,
        model,
        startedAt,
        status: "cancelled" as const,
        errorCode: null,
        error: null,
        cancelRequestedAt: now,
        finishedAt: now,
      };
    });
    const copied = copyLog(rows, turns, { from: parent.id, to: id });
    yield* forks.keep(tx, id, last, copied);
    yield* files.copyAll(tx, parent.id, id, last);

    for (const turn of copied.turns.filter((_, index) => !ended.has(turnRows[index]!.id))) {
      const log = copied.events.filter(({ turnId }) => turnId === turn.id).map(toDraft);
      const durationMs = turn.startedAt === null ? 0 : now - turn.startedAt;
      yield* eventLog.append(tx, { sessionId: id, turnId: turn.id }, cancel({ messageId: turn.messageId, durationMs, log }).drafts);
    }
    yield* eventLog.append(tx, { sessionId: id, turnId: null }, [
      { type: "session.forked", data: { from_session_id: parent.id, after_sequence: last } },
      { type: "session.updated", data: { title: input.title ?? titleOf(parent), status: "pending" } },
    ]);
    return yield* sessions.get(actor, { sessionId: id, agentId: parent.agent_id });
  };

/** As far as the fork goes: to the event that was asked for, and what belongs to it. */
function* lastSequence(
  { forks, eventLog }: Pick<Parts, "forks" | "eventLog">,
  tx: Tx,
  sessionId: string,
  asked: number | null,
): Script<number> {
  const end = yield* eventLog.lastSequence(sessionId);
  if (asked === null || asked === 0) return asked ?? end;
  if (asked > end) throw invalid(`after_sequence must be at most ${end}, the session's last`);
  const types = yield* forks.typesFrom(tx, sessionId, asked, MOST_TOGETHER);
  const other = types.findIndex((type, index) => index > 0 && !belongsTo(types[index - 1]!, type));
  return asked - 1 + (other === -1 ? types.length : other);
}

const toDraft = ({ type, id, data }: { type: string; id: string; data: string }): EventDraft =>
  ({ type, id, data: JSON.parse(data) }) as EventDraft;

const MAX_TITLE = 255;

const titleOf = ({ title }: Session): string | null => (title === null ? null : `${title.slice(0, MAX_TITLE - 7).toWellFormed()} (fork)`);
