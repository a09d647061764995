import type { Usage } from "@/domain/usage";
import { textOf } from "@/ui/chat/chat";
import { ownParts } from "@/ui/chat/give-files";
import type { TimedEvent } from "./trace-events";

/** Something that took time. Times are milliseconds since 1970; `end` is null while it goes on. */
export type Span = {
  key: string;
  kind: "model" | "tool" | "wait";
  name: string;
  start: number;
  end: number | null;
  state: "running" | "ok" | "stopped" | "error";
  /** What went wrong, in the words of who said it. */
  error: string | null;
  /** Facts to read, in order. */
  facts: readonly [name: string, value: string | number][];
  usage: Usage | null;
  costUsd: number | null;
  firstTokenMs: number | null;
  /** The session in which another agent worked on it. */
  childSessionId: string | null;
};

export type TracedTurn = {
  id: string;
  question: string;
  start: number;
  end: number | null;
  state: "running" | "completed" | "failed" | "cancelled";
  error: string | null;
  usage: Usage | null;
  costUsd: number | null;
  spans: readonly Span[];
};

/** The turns that began, with what took time in them. The log drawn with its times, and nothing else. */
export function traceOf(events: readonly TimedEvent[]): TracedTurn[] {
  const questions = new Map<string, string>();
  const turns = new Map<string, TracedTurn>();
  for (const event of events) {
    if (event.event_type === "message.user") {
      const text = textOf({ content: ownParts(event.data) });
      if (!questions.has(event.data.turn_id)) questions.set(event.data.turn_id, text.trim() || "A picture");
      continue;
    }
    const id = event.turn_id ?? "";
    if (event.event_type === "turn.started") {
      const nothing = { error: null, usage: null, costUsd: null, spans: [], end: null };
      turns.set(id, { id, question: questions.get(id) ?? "", start: Date.parse(event.created_at), state: "running", ...nothing });
      continue;
    }
    const turn = turns.get(id);
    if (turn) turns.set(id, { ...turn, ...changeOf(turn, event) });
  }
  return [...turns.values()];
}

function changeOf(turn: TracedTurn, event: TimedEvent): Partial<TracedTurn> {
  const at = Date.parse(event.created_at);
  switch (event.event_type) {
    case "model.started": {
      const { step, attempt, model, provider } = event.data;
      const facts: Span["facts"] = [
        ["Provider", provider],
        ["Step", step],
        ...(attempt > 1 ? [["Attempt", attempt] as [string, number]] : []),
      ];
      return { spans: [...closed(turn.spans, "model", at), span({ key: event.id, kind: "model", name: model, start: at, facts })] };
    }
    case "model.completed": {
      const { usage, cost_usd, duration_ms, time_to_first_token_ms, finish_reason } = event.data;
      return {
        spans: changeLast(
          turn.spans,
          ({ kind, end }) => kind === "model" && end === null,
          (last) => ({
            end: last.start + duration_ms,
            state: "ok",
            usage,
            costUsd: cost_usd,
            firstTokenMs: time_to_first_token_ms,
            facts: [...last.facts, ["Ended by", finish_reason]],
          }),
        ),
      };
    }
    case "model.retrying": {
      const { code, error, next_retry_at, fallback } = event.data;
      const failed = changeLast(
        turn.spans,
        ({ kind, end }) => kind === "model" && end === null,
        (last) => ({
          end: at,
          state: "error",
          error,
          facts: [...last.facts, ["Code", code]],
        }),
      );
      // Another model is asked at once.
      if (fallback) return { spans: failed };
      return {
        spans: [
          ...failed,
          span({ key: event.id, kind: "wait", name: "the next try", start: at, end: Date.parse(next_retry_at), state: "ok" }),
        ],
      };
    }
    case "tool.started":
      return {
        spans: [
          ...turn.spans,
          span({
            key: event.data.tool_call_id,
            kind: "tool",
            name: event.data.name,
            start: at,
            childSessionId: event.data.child_session_id ?? null,
          }),
        ],
      };
    case "approval.requested":
      return {
        spans: [...turn.spans, span({ key: event.data.approval_id, kind: "wait", name: `a person about ${event.data.name}`, start: at })],
      };
    case "approval.resolved": {
      const { approval_id, decision, reason } = event.data;
      const facts: Span["facts"] = [["Decision", decision], ...(reason === null ? [] : [["Reason", reason] as [string, string]])];
      return {
        spans: changeLast(
          turn.spans,
          ({ key }) => key === approval_id,
          () => ({ end: at, state: "ok", facts }),
        ),
      };
    }
    case "context.compacted": {
      const { model, tokens_before, tokens_after, duration_ms, usage, cost_usd } = event.data;
      const facts: Span["facts"] = [
        ...(model === null ? [] : [["Model", model] as [string, string]]),
        ["Tokens before", tokens_before],
        ["Tokens after", tokens_after],
      ];
      const done = { end: at, state: "ok", usage, costUsd: cost_usd, facts } as const;
      return {
        spans: [...turn.spans, span({ key: event.id, kind: "model", name: "summary of what was said", start: at - duration_ms, ...done })],
      };
    }
    case "tool.completed": {
      const { tool_call_id, status, error, duration_ms } = event.data;
      return {
        spans: changeLast(
          turn.spans,
          ({ key }) => key === tool_call_id,
          (last) => ({
            end: duration_ms === null ? at : last.start + duration_ms,
            state: status === "ok" ? "ok" : "error",
            error,
            facts: [["Outcome", status === "interrupted" ? "interrupted, outcome unknown" : status]],
          }),
        ),
      };
    }
    case "turn.completed":
    case "turn.failed":
    case "turn.cancelled": {
      const { usage, cost_usd } = event.data;
      const error = event.event_type === "turn.failed" ? event.data.error : null;
      const state = event.event_type.slice("turn.".length) as "completed";
      const spans = turn.spans.map((one): Span => {
        if (one.end !== null) return one;
        return error === null ? { ...one, end: at, state: "stopped" } : { ...one, end: at, state: "error", error };
      });
      return { end: at, state, error, usage, costUsd: cost_usd, spans };
    }
    default:
      return {};
  }
}

const span = (given: Pick<Span, "key" | "kind" | "name" | "start"> & Partial<Span>): Span => ({
  end: null,
  state: "running",
  error: null,
  facts: [],
  usage: null,
  costUsd: null,
  firstTokenMs: null,
  childSessionId: null,
  ...given,
});

/** A call that a crash cut off has no end of its own: the next one's beginning is it. */
const closed = (spans: readonly Span[], kind: Span["kind"], at: number): Span[] =>
  spans.map((one) =>
    one.kind === kind && one.end === null
      ? { ...one, end: at, state: "error", error: one.error ?? "Cut off by a restart of the server" }
      : one,
  );

function changeLast(spans: readonly Span[], which: (span: Span) => boolean, how: (span: Span) => Partial<Span>): Span[] {
  const index = spans.findLastIndex(which);
  return index < 0 ? [...spans] : spans.with(index, { ...spans[index]!, ...how(spans[index]!) });
}
