import { agentLoop, CRASHED_TOO_OFTEN } from "@/agent-loop/agent-loop";
import { fail, type TurnEnd } from "@/agent-loop/endings";
import type { Limits } from "@/agent-loop/limits";
import type { Kept, Loop, LoopInput } from "@/agent-loop/loop";
import { createNeed } from "@/agent-loop/needs";
import { hasCrashedTooOften, isProgress } from "@/agent-loop/next-step";
import { isWaiting } from "@/agent-loop/open-calls";
import { workedMsIn } from "@/agent-loop/spent";
import { TurnTimedOut } from "@/agent-loop/stop";
import { describeTool, type Tool } from "@/agent-loop/tool";
import type { CallWrite } from "@/agent-loop/tool-outcome";
import { performWrite } from "@/capabilities/tool-write";
import type { Database, Script, Tx } from "@/database/database";
import type { EventData, EventDraft, KeptEvent } from "@/domain/event";
import type { Controls, ToolCallPart } from "@/domain/message";
import type { ToolPolicies } from "@/domain/tool";
import type { EventLog } from "@/events/event-log";
import type { LiveMessages } from "@/events/live-messages";
import type { ModelWishes, ResolvedModels } from "@/llm-models/resolve-model";
import { AppError, conflict } from "@/platform/app-error";
import type { Clock } from "@/platform/clock";
import type { Logger } from "@/platform/logger";
import type { Rest } from "@/runner/runner";
import type { UsageStore } from "@/usage/usage-store";
import type { AwaitedCallStore } from "./awaited-call-store";
import type { Claim, ClaimStore } from "./claim-store";
import type { DelegateCall } from "./delegate-call";
import { type CostOf, toLoopModels } from "./loop-models";
import type { RunningTurns } from "./running-turns";
import { toDraft } from "./to-draft";
import type { WakeTurn } from "./wake-turn";

/** What the agent behind a turn brings to it. */
export type Equipment = {
  model: ModelWishes["agent"];
  fallback: string | null;
  instructions: string;
  tools: readonly Tool[];
  policies: ToolPolicies;
};

export type RunTurnParts = {
  db: Database;
  claims: ClaimStore;
  eventLog: EventLog;
  usage: UsageStore;
  live: LiveMessages;
  running: RunningTurns;
  awaitedCalls: AwaitedCallStore;
  delegateCall: DelegateCall;
  /** Stops whatever is open in a session, if anything is. */
  stopSession: (tx: Tx, sessionId: string) => Script<void>;
  wakeTurn: WakeTurn;
  equip: (session: Claim["session"], controls: Controls | null) => Promise<Equipment>;
  /** What people have said that they need not be asked about, in this session. */
  allowedIn: (session: Claim["session"]) => Promise<(call: ToolCallPart) => boolean>;
  /** How long a person or a client has to answer, in milliseconds. */
  answerWithinMs: number;
  resolveModel: (wishes: ModelWishes) => Promise<ResolvedModels>;
  costOf: CostOf;
  clock: Clock;
  logger: Logger;
  limits: Limits;
};

export type RunTurn = ReturnType<typeof createRunTurn>;

/** `workedMs`: what was worked on the turn in this process before it rested; null where that is not known, and the log says it. */
export type RunOptions = { shutdown: AbortSignal; onProgress: () => void; workedMs: number | null };

/** A turn that gives its place away for a while, and how long was worked on it. */
export type RestingTurn = Rest & { workedMs: number };

/**
 * Drives the loop of one claimed turn and keeps what it yields: the one place where keeping and thinking meet.
 * Returns when the turn is over, when `shutdown` aborts, or early with a rest that the turn needs; safe to call again for the same turn. Throws `Fenced` when another has claimed it.
 * A turn's time is that in which it was worked on: neither a rest nor a server that was down nor a clock that was set takes any of it.
 */
export const createRunTurn = ({
  db,
  claims,
  eventLog,
  usage,
  live,
  running,
  awaitedCalls,
  delegateCall,
  stopSession,
  wakeTurn,
  equip,
  allowedIn,
  answerWithinMs,
  resolveModel,
  costOf,
  clock,
  logger,
  limits,
}: RunTurnParts) =>
  async function runTurn(claim: Claim, { shutdown, onProgress, workedMs: workedBeforeMs }: RunOptions): Promise<RestingTurn | null> {
    const begunAt = performance.now();
    const { turn, session, epoch } = claim;
    const cancelled = running.begin(turn.id, session.id);
    const events = await db.read(() => eventLog.ofTurn(turn.id));
    let lastSeen = events.at(-1)?.sequence ?? 0;
    let modelName: string | null = turn.model;
    let tools: readonly Tool[] = [];
    let isAllowed = (_: ToolCallPart): boolean => false;

    /** Appends under the claim's epoch, unless somebody wrote to the turn meanwhile: then that comes back and nothing is kept. */
    function* append(tx: Tx, given: readonly EventDraft[] | (() => Script<EventDraft[]>), end: TurnEnd | null): Script<Kept> {
      const news = yield* eventLog.ofTurn(turn.id, lastSeen);
      if (news.length > 0) {
        lastSeen = news.at(-1)!.sequence;
        return { isKept: false, news: news.map(toDraft) };
      }
      const drafts = typeof given === "function" ? yield* given() : given;
      const kept = yield* eventLog.append(tx, { sessionId: session.id, turnId: turn.id, epoch }, drafts);
      const children = end ? yield* awaitedCalls.openChildren(turn.id) : [];
      for (const event of kept) {
        yield* awaitedCalls.follow(tx, [event]);
        if (event.type === "tool.started") yield* handOver(tx, event);
      }
      // Whoever answers for a turn that is over need not go on.
      for (const child of children) yield* stopSession(tx, child);
      tx.afterCommit(() => {
        lastSeen = kept.at(-1)?.sequence ?? lastSeen;
        if (drafts.some(isProgress)) onProgress();
      });
      for (const { type, data } of drafts) {
        const answers = type === "turn.started" ? data : type === "model.retrying" ? data.fallback : null;
        if (answers?.model != null) {
          modelName = `${answers.provider}/${answers.model}`;
          yield* claims.setModel(turn.id, modelName);
        }
        const isCall = type === "model.completed" || type === "context.compacted";
        if (isCall && data.model !== null) yield* usage.addModelCall(used(`${data.provider}/${data.model}`), data.usage, data.cost_usd);
      }
      if (end) yield* finish(tx, end);
      return { isKept: true, news: [], drafts: kept.map(({ id, sequence }, index): EventDraft => ({ ...drafts[index]!, id, sequence })) };
    }

    function* handOver(tx: Tx, { json }: KeptEvent): Script<void> {
      const started = JSON.parse(json) as EventData<"tool.started">;
      const agentId = tools.find(({ name }) => name === started.name)?.agentId;
      if (started.runs_on === "agent" && agentId !== undefined) yield* delegateCall.begin(tx, claim, agentId, started);
    }

    const used = (model: string) => ({ agentId: session.agentId, userId: session.ownerId, model });
    const keep = (drafts: readonly EventDraft[], end: TurnEnd | null) => db.transact((tx) => append(tx, drafts, end));

    /** A tool's writes and its call's end are one: both are kept under the claim's epoch, or neither. */
    const keepWrite = (call: CallWrite) => {
      const place = { sessionId: session.id, turnId: turn.id, epoch };
      const report = (error: unknown) => onInternalError(error, call.toolName);
      return db.transact((tx) => append(tx, () => performWrite(tx, call, { eventLog, place, onInternalError: report }), null));
    };

    const onInternalError = (error: unknown, toolName: string) =>
      logger.error({ err: error, turn_id: turn.id, tool: toolName }, "a turn met an internal error");

    /** The turn rests until somebody has answered. One that is to be cancelled does not: its wish was told before, so the loop has heard of it. */
    function* rest(tx: Tx, drafts: readonly EventDraft[]): Script<Kept> {
      if (yield* claims.isCancelRequested(turn.id)) return { isKept: false, news: [] };
      const reply = yield* append(tx, drafts, null);
      if (!reply.isKept) return reply;
      yield* claims.rest(tx, claim);
      yield* eventLog.append(tx, { sessionId: session.id, turnId: turn.id, epoch }, [
        { type: "session.updated", data: { status: "waiting" } },
      ]);
      // A call of another agent that was refused is answered already.
      if (!isWaiting((yield* eventLog.ofTurn(turn.id)).map(toDraft))) yield* wakeTurn(tx, turn);
      return reply;
    }

    function* finish(tx: Tx, end: TurnEnd): Script<void> {
      const { sessionStatus } = yield* claims.finish(claim, end);
      yield* usage.addTurn(used(modelName ?? ""), end.status === "failed");
      if (session.parentSessionId !== null) yield* delegateCall.turnEnded(tx, session.id, turn.id);
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
    const earlierMs = workedBeforeMs ?? workedMsIn(log);
    const workedMs = () => earlierMs + performance.now() - begunAt;
    const leftMs = limits.maxTurnMs - workedMs();
    const giveUp = () => timeout.abort(new TurnTimedOut("the turn took too long"));
    const timer = setTimeout(giveUp, Math.max(0, leftMs));
    if (leftMs <= 0) giveUp();

    try {
      // Asked again after the turn can be reached: a wish that came between the claim and now is not lost.
      if (await db.read(() => claims.isCancelRequested(turn.id))) running.cancel(turn.id);
      // Asked before anything is prepared, for it may be that which crashes.
      if (hasCrashedTooOften(log)) throw conflict(CRASHED_TOO_OFTEN, "crash_loop");
      const history = await db.read(() => claims.historyBefore(turn));
      const equipment = await equip({ ...session, agentVersion: turn.agentVersion }, asked.controls);
      const { model, fallback, instructions, policies } = equipment;
      tools = equipment.tools;
      isAllowed = await allowedIn(session);
      const resolved = await resolveModel({
        message: asked.controls?.model_id ?? null,
        session: { id: session.modelId, isLost: session.lostModel !== null },
        agent: model,
        fallback,
      });

      const input: LoopInput = {
        turn: {
          id: turn.id,
          sessionId: session.id,
          messageId: turn.messageId,
          startedAt: turn.startedAt!,
          agentVersion: turn.agentVersion,
        },
        log,
        opening: busy,
        history,
        instructions,
        tools,
        describedTools: tools.map(describeTool),
        models: toLoopModels(resolved, asked.controls, costOf),
        fellBack: resolved.fellBack,
        limits,
        needs: createNeed({ tools, policies, isAllowed: (call) => isAllowed(call), maxCallsPerStep: limits.maxCallsPerStep }),
        answerWithinMs,
        now: clock.now,
        random: Math.random,
        signal: AbortSignal.any([cancelled, timeout.signal, shutdown, left.signal]),
        onInternalError,
      };
      const rest = await drive(agentLoop(input));
      return rest && { ...rest, workedMs: workedMs() };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      // There is no model to ask, or no use in it: the turn says so, where the person who asked will read it.
      const failing = { messageId: turn.messageId, durationMs: clock.now() - turn.startedAt!, log };
      const { drafts, end } = fail(failing, error.code, error.message);
      const begun: EventDraft = {
        type: "turn.started",
        data: { message_id: turn.messageId, model: null, provider: null, fell_back: false, agent_version: turn.agentVersion },
      };
      const opening = log.some(({ type }) => type === "turn.started") ? busy : [...busy, begun];
      for (let reply = await keep([...opening, ...drafts], end); !reply.isKept; ) reply = await keep([...opening, ...drafts], end);
      return null;
    } finally {
      // However this ends, nothing goes on behind it: the provider's connection and the tools stop too.
      left.abort();
      clearTimeout(timer);
      running.end(turn.id);
      live.end(session.id);
    }

    async function drive(loop: Loop<Rest | null>): Promise<Rest | null> {
      let reply: Kept | undefined;
      let step = await loop.next();
      for (; !step.done; step = await loop.next(reply)) {
        const output = step.value;
        reply = undefined;
        if (output.kind === "keep") reply = await keep(output.drafts, output.end);
        else if (output.kind === "write") reply = await keepWrite(output);
        else if (output.kind === "wait") reply = await db.transact((tx) => rest(tx, output.drafts));
        else if (output.kind === "delta") live.append(session.id, output.delta);
        else live.begin(session.id, { turn_id: turn.id, ...output.message });
        // What a person has just decided may be a rule for the calls to come.
        if (reply?.news.some(({ type }) => type === "approval.resolved")) isAllowed = await allowedIn(session);
      }
      return step.value;
    }
  };

function userMessage(events: readonly KeptEvent[]): { controls: Controls | null } {
  const first = events.find(({ type }) => type === "message.user");
  return { controls: first ? (JSON.parse(first.json) as { controls: Controls | null }).controls : null };
}
