import type { EventDraft } from "@/domain/event";
import type { Controls } from "@/domain/message";
import type { Usage } from "@/domain/usage";
import type { LlmDriver, LlmTool, ProviderCalls } from "@/llm/llm";
import type { Delta } from "./call-model";
import type { History } from "./context";
import type { TurnEnd } from "./endings";
import type { Limits } from "./limits";
import type { Need } from "./open-calls";
import type { Tool } from "./tool";
import type { CallWrite } from "./tool-outcome";

export type LoopModel = {
  driver: LlmDriver;
  calls: ProviderCalls;
  name: string;
  provider: string;
  outputLimit: number | undefined;
  /** Tokens that it can read and write together, where known. */
  contextWindow: number | undefined;
  /** As this model takes them. */
  controls: Controls | null;
  /** In USD; null when no price is known. */
  cost(usage: Usage): number | null;
};

export type LoopInput = {
  turn: { id: string; sessionId: string; messageId: string; startedAt: number; agentVersion: number | null };
  /** What this turn has kept so far. */
  log: readonly EventDraft[];
  /** What is to be kept before the turn's next step, together with it. */
  opening: readonly EventDraft[];
  /** The conversation before this turn. */
  history: History;
  instructions: string;
  tools: readonly Tool[];
  describedTools: readonly LlmTool[];
  /** The one that answers, then those that go on in its place, in this order. */
  models: readonly [LoopModel, ...LoopModel[]];
  /** Another model was wished for, and is disabled or gone. */
  fellBack: boolean;
  limits: Limits;
  /** Asked anew at every step: what a person allows may change while the turn runs. */
  needs: Need;
  /** How long an answer to a call is waited for, in milliseconds. */
  answerWithinMs: number;
  now: () => number;
  /** Between 0 and 1; spreads retries. */
  random: () => number;
  signal: AbortSignal;
  onInternalError: (error: unknown, toolName: string) => void;
};

export type MessageBegun = { message_id: string; step: number; attempt: number };

export type LoopOutput =
  | { kind: "keep"; drafts: EventDraft[]; end: TurnEnd | null }
  /** To be run and kept with its call's end, in one transaction. The reply's `drafts` are what was kept. */
  | ({ kind: "write" } & CallWrite)
  /** Kept like the others; the turn then rests until somebody has answered, and the loop is over. */
  | { kind: "wait"; drafts: EventDraft[] }
  | { kind: "message_begun"; message: MessageBegun }
  | { kind: "delta"; delta: Delta };

/** Not kept when somebody else wrote to the turn meanwhile: then `news` says what, and the loop thinks again. `drafts` is what was kept, with its places in the log. */
export type Kept = { isKept: boolean; news: EventDraft[]; drafts?: readonly EventDraft[] };

export type Loop<Result> = AsyncGenerator<LoopOutput, Result, Kept | undefined>;

/** Ends the turn; `message` is for people. */
export type Failure = { code: string; message: string };
