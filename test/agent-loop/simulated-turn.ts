import { z } from "zod";
import { agentLoop } from "@/agent-loop/agent-loop";
import { approvalResolved } from "@/agent-loop/ask";
import { endWithoutRunning } from "@/agent-loop/call-tools";
import { clientTool } from "@/agent-loop/client-tool";
import { sizeOf } from "@/agent-loop/context-size";
import type { LoopModel } from "@/agent-loop/loop";
import { createNeed } from "@/agent-loop/needs";
import { isWaiting, type OpenCall, openCalls } from "@/agent-loop/open-calls";
import { TurnCancelled } from "@/agent-loop/stop";
import { defineTool, describeTool, type ToolContext, ToolWrite } from "@/agent-loop/tool";
import { endOfCall, succeeded } from "@/agent-loop/tool-outcome";
import type { EventDraft } from "@/domain/event";
import { noUsage } from "@/domain/usage";
import { type LlmDriver, LlmError, type LlmRequest } from "@/llm/llm";

/** `sign` acts once a person has approved it, `remote` is the client's. What they are answered follows from `ticks`. */
export type PlannedCall = { name: "pay" | "read" | "book" | "save" | "sign" | "remote" | "unknown"; ticks: number };

/** What a model does and what happens to its turn. Moments count the commits that were asked for, over all lives of the server. */
export type Plan = {
  /** The calls of each answer, before the one that has none. */
  rounds: PlannedCall[][];
  /** Answers that fail once before they come. */
  failures: number[];
  /** Models that answer no more from this call on, by their place in the chain of three: they fail at every try, or are refused at once. */
  outages: { model: number; fromRound: number; isRefusal: boolean }[];
  steeredAt: number[];
  cancelledAt: number | null;
  /** When people and clients answer what they were asked, while the turn still runs; the others do when it waits. */
  answeredAt: number[];
  /** The server dies at these moments: before the commit, or after it and before anyone hears of it. */
  deaths: { at: number; isCommitted: boolean }[];
  /** The server is asked to stop at these moments: it keeps what it is at, begins nothing more, and the next one goes on. */
  stops: number[];
  maxModelCalls: number;
  maxAttempts: number;
  /** Tokens that the models are said to read, and those that they really read; null for any number. */
  window: number | null;
  realWindow: number | null;
};

type Life = "ended" | "rested" | "waits" | "died" | "stopped";
type Ask = (model: number) => LoopModel;

export type Outcome = {
  log: EventDraft[];
  /** The length of the log after each commit. */
  commits: number[];
  /** How often each call of `pay` and of `sign` took effect. */
  payments: Map<string, number>;
  /** How often each call of `save` was kept. */
  saves: Map<string, number>;
  complaints: string[];
};

/** More than any plan needs: a turn that has not ended by then never does. */
const MOST_COMMITS = 400;

/** Plays a turn to its end with an in-memory log, over as many lives of the server as the plan has deaths, as run-turn and turn-worker do. It may begin with a log that another play has left. */
export async function playTurn(plan: Plan, beginning: readonly EventDraft[] = [said("hello")]): Promise<Outcome> {
  const log: EventDraft[] = [];
  keepInLog(beginning);
  const outcome: Outcome = { log, commits: [], payments: new Map(), saves: new Map(), complaints: [] };
  const failed = new Set<number>();
  const answers = () => log.filter(({ type }) => type === "message.assistant").length;
  const ask: Ask = (model) => ({
    ...chainLink(model),
    contextWindow: plan.window ?? undefined,
    driver: scriptedDriver(plan, answers, model, failed, outcome.complaints),
  });
  const steering = [...plan.steeredAt];
  const deaths = [...plan.deaths];
  const stops = [...plan.stops];
  const answering = [...plan.answeredAt];
  let asked = 0;
  let clock = 0;
  let isCancelled = false;
  let isResting = false;

  for (let last: Life = "rested"; last !== "ended"; ) {
    if (last === "waits") rouse();
    last = await live(last);
  }
  return outcome;

  /** Everything has its place in the log once it is kept. */
  function keepInLog(drafts: readonly EventDraft[]): EventDraft[] {
    const kept = drafts.map((draft, index) => ({ ...draft, sequence: log.length + index + 1 }));
    log.push(...kept);
    return kept;
  }

  /** Somebody answers, or cancels, and the turn is claimed again. */
  function rouse(): void {
    isResting = false;
    if (plan.cancelledAt !== null && plan.cancelledAt <= asked + 1) isCancelled = true;
    while (!isCancelled && isWaiting(log)) keepInLog(answerTo(firstAwaited(log)!));
  }

  /** From a start or the end of a rest until the turn ended, rests again, or the server died. A server with one turn knows who crashed it. */
  async function live(last: Life): Promise<Life> {
    const resumed = { message_id: "m", attempt: 2 };
    if (last === "died") keepInLog([{ type: "turn.resumed", data: { ...resumed, after: "crash", alone: true } }]);
    if (last === "stopped") keepInLog([{ type: "turn.resumed", data: { ...resumed, after: "shutdown", alone: false } }]);
    const state = { isDead: false, isStopping: false };
    const control = new AbortController();
    if (isCancelled) control.abort(new TurnCancelled("cancelled"));
    let lastSeen = log.length;

    const tools = toolsOf(outcome.payments, state);
    const loop = agentLoop({
      turn: { id: "t", sessionId: "s", messageId: "m", startedAt: 0 },
      log,
      opening: [],
      history: { messages: [], compacted: null, measured: null },
      instructions: "",
      tools,
      describedTools: tools.map(describeTool),
      models: [ask(0), ask(1), ask(2)],
      fellBack: false,
      limits: {
        maxModelCalls: plan.maxModelCalls,
        maxCallsPerStep: 32,
        maxAttempts: plan.maxAttempts,
        maxTurnMs: 1e9,
        maxOutputBytes: 1e9,
        defaultContextWindow: 1e9,
        compactAtPercent: 80,
        maxResultCharacters: 16_000,
      },
      needs: createNeed({ tools, policies: { sign: "requires_approval" }, isAllowed: () => false, maxCallsPerStep: 32 }),
      answerWithinMs: 1000,
      // A clock that nobody waits for: it stands still while the loop runs, and every rest takes it on.
      now: () => clock,
      random: () => 0.5,
      signal: control.signal,
      onInternalError: (error) => outcome.complaints.push(`an internal error: ${error}`),
    });

    let step = await loop.next();
    while (!step.done) {
      const output = step.value;
      if (output.kind !== "keep" && output.kind !== "write" && output.kind !== "wait") {
        step = await loop.next();
        continue;
      }
      if (++asked > MOST_COMMITS) throw new Error("the turn does not end");
      if (steering[0] !== undefined && steering[0] <= asked) keepInLog([said(`steered at ${steering.shift()}`)]);
      const awaited = firstAwaited(log);
      if (answering[0] !== undefined && answering[0] <= asked && answering.shift() && awaited) keepInLog(answerTo(awaited));
      if (plan.cancelledAt !== null && plan.cancelledAt <= asked && !isCancelled) {
        isCancelled = true;
        control.abort(new TurnCancelled("cancelled"));
      }
      if (stops[0] !== undefined && stops[0] <= asked && stops.shift()) {
        state.isStopping = true;
        control.abort(new Error("the server is shutting down"));
      }
      const death = deaths[0] !== undefined && deaths[0].at <= asked ? deaths.shift() : undefined;
      state.isDead = death !== undefined;
      if (death && !death.isCommitted) return "died";

      const news = log.slice(lastSeen);
      const isKept = news.length === 0 && !(output.kind === "wait" && isCancelled);
      const drafts = output.kind === "write" ? output.endOf(succeeded("saved")) : output.drafts;
      const kept = isKept ? keepInLog(drafts) : [];
      if (isKept) outcome.commits.push(log.length);
      if (isKept && output.kind === "write") {
        const key = String(output.write.script);
        outcome.saves.set(key, (outcome.saves.get(key) ?? 0) + 1);
      }
      lastSeen = log.length;
      if (isKept && output.kind === "keep" && output.end) return "ended";
      if (isKept && output.kind === "wait") isResting = true;
      if (death) return isResting ? "waits" : "died";
      step = await loop.next({ isKept, news, drafts: kept });
    }
    if (isResting) return "waits";
    if (state.isStopping) return "stopped";
    if (step.value === null) throw new Error("the loop returned without an end");
    clock += step.value.forMs;
    return "rested";
  }
}

const said = (text: string): EventDraft => ({ type: "message.user", data: { role: "user", content: [{ type: "text", text }] } });

const firstAwaited = (log: readonly EventDraft[]) => openCalls(log).find(({ awaits }) => awaits !== null);

/** As decide-approval and answer-client-call write it: a third each is denied, approved, and approved with other arguments. */
function answerTo(open: OpenCall): EventDraft[] {
  if (open.awaits === "client") return endOfCall(open, { status: "ok", result: "from afar", error: null }, 1);
  const { ticks } = open.call.arguments as { ticks: number };
  const changed_arguments = ticks % 3 === 2 ? { ticks: ticks + 1 } : null;
  if (ticks % 3 > 0) return [approvalResolved(open.call, open.approvalId!, { decision: "approve", changed_arguments })];
  return [approvalResolved(open.call, open.approvalId!, { decision: "deny" }), ...endWithoutRunning(open.call, "no", "denied")];
}

function toolsOf(payments: Map<string, number>, server: { isDead: boolean }) {
  const input = z.object({ ticks: z.int() });
  const wait = async (ticks: number) => {
    for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
  };
  const pay = async ({ ticks }: { ticks: number }, { idempotencyKey }: ToolContext) => {
    await wait(ticks);
    if (!server.isDead) payments.set(idempotencyKey, (payments.get(idempotencyKey) ?? 0) + 1);
    await wait(ticks);
    return "paid";
  };
  const read = async ({ ticks }: { ticks: number }) => {
    await wait(ticks);
    return "read ".repeat(ticks * 50);
  };
  return [
    defineTool({ name: "pay", description: "", input, run: pay }),
    defineTool({ name: "sign", description: "", input, run: pay }),
    clientTool({ name: "remote", description: "", parameters: { type: "object" } }),
    defineTool({ name: "read", description: "", input, effect: "pure", run: read }),
    defineTool({
      name: "save",
      description: "",
      input,
      effect: "transactional",
      run: async ({ ticks }, { idempotencyKey }) => {
        await wait(ticks);
        return new ToolWrite(idempotencyKey);
      },
    }),
    defineTool({ name: "book", description: "", input, effect: "idempotent", run: read }),
  ];
}

const chainLink = (model: number): Omit<LoopModel, "driver"> => ({
  contextWindow: undefined,
  calls: { enter: () => () => {}, whenFree: () => Promise.resolve() },
  name: `m${model}`,
  provider: "p",
  outputLimit: undefined,
  controls: null,
  cost: () => null,
});

/** The n-th answer makes the n-th round of calls; after the last round it is words. */
function scriptedDriver(
  { rounds, failures, outages, window, realWindow }: Plan,
  answers: () => number,
  model: number,
  failed: Set<number>,
  complaints: string[],
): LlmDriver {
  return {
    async *stream(request) {
      complaints.push(...danglingIn(request));
      const size = sizeOf(request.messages);
      if (realWindow !== null && size > realWindow) throw new LlmError("context_too_long", "too long", false);
      if (request.purpose === "summary") {
        yield { type: "finished", content: [{ type: "text", text: "What was said." }], usage: usageOf(size), finishReason: "stop" };
        return;
      }
      if (!textIn(request).includes("hello")) complaints.push("the model was not shown what the turn is about");
      if (request.model !== `m${model}`) complaints.push("a model was asked for by the name of another");
      const round = answers();
      const shown = request.messages.filter(({ role }) => role === "assistant").length;
      if (window === null && shown !== round) complaints.push("the model was not shown all its answers");
      const outage = outages.find((one) => one.model === model && one.fromRound <= round);
      if (outage) throw outage.isRefusal ? new LlmError("invalid_api_key", "no", false) : new LlmError("unreachable", "down", true);
      if (failures.includes(round) && !failed.has(round)) {
        failed.add(round);
        throw new LlmError("overloaded", "busy", true);
      }
      yield { type: "text_delta", delta: "…" };
      const calls = rounds[round] ?? [];
      const content = calls.map(({ name, ticks }, index) => ({
        type: "tool_call" as const,
        id: `call_${round}_${index}`,
        name,
        arguments: { ticks },
      }));
      const words = { type: "text" as const, text: `answer ${round}` };
      yield { type: "finished", content: calls.length > 0 ? content : [words], usage: usageOf(size), finishReason: "stop" };
    },
    listModels: async () => [],
  };
}

const usageOf = (input_tokens: number) => ({ ...noUsage, input_tokens, output_tokens: 1 });

const textIn = ({ messages }: LlmRequest): string =>
  messages.flatMap(({ content }) => content.flatMap((part) => (part.type === "text" ? [part.text] : []))).join("\n");

function danglingIn({ messages }: LlmRequest): string[] {
  const calls = messages.flatMap(({ content }) => content.flatMap((part) => (part.type === "tool_call" ? [part.id] : [])));
  const results = messages.flatMap(({ content }) => content.flatMap((part) => (part.type === "tool_result" ? [part] : [])));
  const answered = results.map(({ tool_call_id }) => tool_call_id);
  return [
    ...(JSON.stringify(answered) === JSON.stringify(calls) ? [] : ["the model was shown calls and results that do not match"]),
    ...results
      .filter(({ error }) => error === "The tool was not run")
      .map(({ tool_call_id }) => `${tool_call_id} has no result in the log`),
  ];
}
