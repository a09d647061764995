import { agentLoop, CRASHED_TOO_OFTEN } from "@/agent-loop/agent-loop";
import { toConversation, withoutRetried } from "@/agent-loop/conversation";
import { fail, type TurnEnd } from "@/agent-loop/endings";
import { DEFAULT_LIMITS, type Limits } from "@/agent-loop/limits";
import type { Kept, LoopInput, LoopOutput } from "@/agent-loop/loop";
import { hasCrashedTooOften } from "@/agent-loop/next-step";
import { TurnTimedOut } from "@/agent-loop/stop";
import { describeTool, type Tool } from "@/agent-loop/tool";
import type { Database, Script, Tx } from "@/database/database";
import { type EventDraft, isMessageDraft, type KeptEvent } from "@/domain/event";
import type { Controls } from "@/domain/message";
import type { EventLog } from "@/events/event-log";
import type { LiveMessages } from "@/events/live-messages";
import type { ModelWishes, ResolvedModel } from "@/llm-models/resolve-model";
import { AppError, conflict } from "@/platform/app-error";
import type { Clock } from "@/platform/clock";
import type { Logger } from "@/platform/logger";
import type { UsageStore } from "@/usage/usage-store";
import type { RunningTurns } from "./running-turns";
import type { Claim, TurnStore } from "./turn-store";

/** What the agent behind a turn brings to it. */
export type Equipment = { modelId: string | null; instructions: string; tools: readonly Tool[] };

export type RunTurnParts = {
  db: Database;
  turns: TurnStore;
  eventLog: EventLog;
  usage: UsageStore;
  live: LiveMessages;
  running: RunningTurns;
  equip: (agentId: string, version: number | null) => Promise<Equipment>;
  resolveModel: (wishes: ModelWishes) => Promise<ResolvedModel>;
  costOf: (usage: TurnEnd["usage"], profile: ResolvedModel["profile"]) => number | null;
  clock: Clock;
  logger: Logger;
  limits?: Limits;
};

export type RunTurn = ReturnType<typeof createRunTurn>;

/**
 * Drives the loop of one claimed turn and keeps what it yields: the one place where keeping and thinking meet.
 * Returns when the turn is over, or when `shutdown` aborts; safe to call again for the same turn. Throws `Fenced` when another has claimed it.
 */
export const createRunTurn = ({
  db,
  turns,
  eventLog,
  usage,
  live,
  running,
  equip,
  resolveModel,
  costOf,
  clock,
  logger,
  limits = DEFAULT_LIMITS,
}: RunTurnParts) =>
  async function runTurn(claim: Claim, shutdown: AbortSignal): Promise<void> {
    const { turn, session, epoch } = claim;
    const cancelled = running.begin(turn.id);
    const events = await db.read(() => eventLog.ofTurn(turn.id));
    let lastSeen = events.at(-1)?.sequence ?? 0;
    let modelName: string | null = turn.model;

    /** Appends under the claim's epoch, unless somebody wrote to the turn meanwhile: then that comes back and nothing is kept. */
    function* append(tx: Tx, drafts: readonly EventDraft[], end: TurnEnd | null): Script<Kept> {
      const news = yield* eventLog.ofTurn(turn.id, lastSeen);
      if (news.length > 0) {
        lastSeen = news.at(-1)!.sequence;
        return { isKept: false, news: news.map(toDraft) };
      }
      const kept = yield* eventLog.append(tx, { sessionId: session.id, turnId: turn.id, epoch }, drafts);
      tx.afterCommit(() => {
        lastSeen = kept.at(-1)?.sequence ?? lastSeen;
      });
      if (modelName !== null && drafts.some(({ type }) => type === "turn.started")) yield* turns.setModel(turn.id, modelName);
      for (const { type, data } of drafts)
        if (type === "model.completed") yield* usage.addModelCall(used(`${data.provider}/${data.model}`), data.usage, data.cost_usd);
      if (end) yield* finish(tx, end);
      return { isKept: true, news: [] };
    }

    const used = (model: string) => ({ agentId: session.agentId, userId: session.ownerId, model });
    const keep = (drafts: readonly EventDraft[], end: TurnEnd | null) => db.transact((tx) => append(tx, drafts, end));

    function* finish(tx: Tx, end: TurnEnd): Script<void> {
      const { sessionStatus } = yield* turns.finish(claim, end);
      yield* usage.addTurn(used(modelName ?? ""), end.status === "failed");
      if (sessionStatus === "running") return;
      yield* eventLog.append(tx, { sessionId: session.id, turnId: turn.id, epoch }, [
        { type: "session.updated", data: { status: sessionStatus } },
      ]);
    }

    const log = events.map(toDraft);
    // A crash or a stop right after the claim has left the session's row ahead of what was told: then it is told now.
    const wasClaimed = claim.wasRunning || claim.wasReleased;
    const isUntold = claim.becameBusy || (wasClaimed && !log.some(({ type }) => type === "turn.started"));
    const busy: EventDraft[] = isUntold ? [{ type: "session.updated", data: { status: "running" } }] : [];
    const asked = userMessage(events);
    const left = new AbortController();
    const timeout = new AbortController();
    const timer = setTimeout(
      () => timeout.abort(new TurnTimedOut("the turn took too long")),
      // A clock that was set back since the turn began gives it no more time than the limit.
      Math.min(limits.maxTurnMs, Math.max(0, turn.startedAt! + limits.maxTurnMs - clock.now())),
    );

    try {
      // Asked again after the turn can be reached: a wish that came between the claim and now is not lost.
      if (await db.read(() => turns.isCancelRequested(turn.id))) running.cancel(turn.id);
      // Asked before anything is prepared, for it may be that which crashes.
      if (hasCrashedTooOften(log)) throw conflict(CRASHED_TOO_OFTEN, "crash_loop");
      const before = await db.read(() => turns.messagesBefore(turn));
      const history = withoutRetried(
        before,
        log.filter(isMessageDraft).map(({ data }) => data),
      );
      const { modelId, instructions, tools } = await equip(session.agentId, session.agentVersion);
      const model = await resolveModel({ message: asked.controls?.model_id ?? null, session: session.modelId, agent: modelId });
      modelName = `${model.providerName}/${model.model}`;

      const input: LoopInput = {
        turn: { id: turn.id, sessionId: session.id, messageId: turn.messageId, startedAt: turn.startedAt! },
        log,
        opening: busy,
        history: toConversation(history),
        instructions,
        tools,
        describedTools: tools.map(describeTool),
        model: {
          driver: model.driver,
          name: model.model,
          provider: model.providerName,
          fellBack: model.fellBack,
          outputLimit: model.profile?.limits?.output,
          cost: (usage) => costOf(usage, model.profile),
        },
        controls: asked.controls,
        limits,
        now: clock.now,
        random: Math.random,
        signal: AbortSignal.any([cancelled, timeout.signal, shutdown, left.signal]),
        onInternalError: (error, toolName) =>
          logger.error({ err: error, turn_id: turn.id, tool: toolName }, "a turn met an internal error"),
      };
      await drive(agentLoop(input));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      // There is no model to ask, or no use in it: the turn says so, where the person who asked will read it.
      const failing = { messageId: turn.messageId, durationMs: Math.max(0, clock.now() - turn.startedAt!), log };
      const { drafts, end } = fail(failing, error.code, error.message);
      const begun: EventDraft = {
        type: "turn.started",
        data: { message_id: turn.messageId, model: null, provider: null, fell_back: false },
      };
      const opening = log.some(({ type }) => type === "turn.started") ? busy : [...busy, begun];
      for (let reply = await keep([...opening, ...drafts], end); !reply.isKept; ) reply = await keep([...opening, ...drafts], end);
    } finally {
      // However this ends, nothing goes on behind it: the provider's connection and the tools stop too.
      left.abort();
      clearTimeout(timer);
      running.end(turn.id);
      live.end(session.id);
    }

    async function drive(loop: AsyncGenerator<LoopOutput, void, Kept | undefined>): Promise<void> {
      let reply: Kept | undefined;
      for (let step = await loop.next(); !step.done; step = await loop.next(reply)) {
        const output = step.value;
        reply = undefined;
        if (output.kind === "keep") reply = await keep(output.drafts, output.end);
        else if (output.kind === "delta") live.append(session.id, output.delta);
        else live.begin(session.id, { turn_id: turn.id, ...output.message });
      }
    }
  };

const toDraft = ({ type, id, json }: KeptEvent): EventDraft => ({ type, id, data: JSON.parse(json) }) as EventDraft;

function userMessage(events: readonly KeptEvent[]): { controls: Controls | null } {
  const first = events.find(({ type }) => type === "message.user");
  return { controls: first ? (JSON.parse(first.json) as { controls: Controls | null }).controls : null };
}
