import type { EventDraft } from "@/domain/event";
import type { ToolCallPart } from "@/domain/message";
import type { OpenCall } from "./open-calls";
import { type Tool, type ToolContext, ToolFailure, ToolWrite } from "./tool";
import { type EndedCall, endOfCall, failed, failureOf, type Outcome, succeeded } from "./tool-outcome";

export type ToolRun = {
  tools: readonly Tool[];
  context: Pick<ToolContext, "sessionId" | "turnId" | "signal">;
  now: () => number;
  onInternalError: (error: unknown, toolName: string) => void;
  maxCalls: number;
};

/** Said of a call that was begun and whose end nobody has seen. */
const interrupted = (reason: string): Outcome => ({
  status: "interrupted",
  result: null,
  error: `${reason}. Whether it took effect is unknown: check before you call it again.`,
});

/**
 * Each call's end as it lands, in the order they land, so that each can be kept at once. Calls run side by side, but a call begins only
 * once every transactional call before it has been kept: it finds what they wrote. Never throws.
 */
export async function* callTools(calls: readonly OpenCall[], run: ToolRun): AsyncGenerator<EndedCall> {
  const kept = new Map(calls.filter(({ call }) => isTransactional(call, run)).map(({ call }) => [call.id, Promise.withResolvers<void>()]));
  const before = (index: number) => Promise.all(calls.slice(0, index).map(({ call }) => kept.get(call.id)?.promise));
  const running = new Map(calls.map((open, index) => [open.call.id, finishCall(open, run, before(index))]));
  while (running.size > 0) {
    const { call, ended } = await Promise.race(running.values());
    running.delete(call.id);
    yield ended;
    // Whoever takes the ends asks for the next one when this one has been kept.
    kept.get(call.id)?.resolve();
  }
}

/** A call that will not be run: it is answered all the same, so that no conversation is left with an open call. */
export const endWithoutRunning = (call: ToolCallPart, error: string, status: Exclude<Outcome["status"], "ok"> = "error"): EventDraft[] =>
  endOfCall({ call, isChanged: false }, { status, result: null, error }, null);

const toolOf = ({ name }: ToolCallPart, { tools }: ToolRun) => tools.find((tool) => tool.name === name) as Tool<unknown> | undefined;

const isTransactional = (call: ToolCallPart, run: ToolRun): boolean => toolOf(call, run)?.effect === "transactional";

async function finishCall(open: OpenCall, run: ToolRun, before: Promise<unknown>): Promise<{ call: ToolCallPart; ended: EndedCall }> {
  const { call } = open;
  await before;
  const begun = performance.now();
  const outcome =
    open.position < run.maxCalls
      ? await callTool(open, run)
      : failed(`Only ${run.maxCalls} tool calls are run at a time: call this one again`);
  const endOf = (ended: Outcome) => endOfCall(open, ended, Math.round(performance.now() - begun));
  if (outcome instanceof ToolWrite) return { call, ended: { kind: "write", toolName: call.name, write: outcome, endOf } };
  return { call, ended: { kind: "facts", drafts: endOf(outcome) } };
}

async function callTool({ call, wasStarted }: OpenCall, run: ToolRun): Promise<Outcome | ToolWrite> {
  const { tools, context, now, onInternalError } = run;
  const tool = toolOf(call, run);
  if (!tool) return failed(`There is no tool named ${call.name}. ${available(tools)}`);
  if (wasStarted && tool.effect === "unsafe") return interrupted("The server stopped while this tool ran");

  const input = tool.input.safeParse(call.arguments);
  if (!input.success)
    return failed(
      `Bad arguments: ${input.error.issues.map(({ path, message }) => `${path.join(".") || "arguments"}: ${message}`).join("; ")}`,
    );

  try {
    const idempotencyKey = `${context.turnId}/${call.id}`;
    const work = tool.run(input.data, { ...context, toolCallId: call.id, idempotencyKey, now: new Date(now()) });
    const result = await Promise.race([work, aborted(context.signal)]);
    return result instanceof ToolWrite ? result : succeeded(result);
  } catch (error) {
    if (context.signal.aborted) return interrupted("The turn was stopped while this tool ran");
    if (tool.effect === "unsafe" && error instanceof ToolFailure && error.isOutcomeUnknown) return interrupted(error.message);
    return failureOf(error, (bug) => onInternalError(bug, tool.name));
  }
}

const available = (tools: readonly Tool[]): string =>
  tools.length === 0 ? "No tools are available." : `Available: ${tools.map(({ name }) => name).join(", ")}.`;

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
