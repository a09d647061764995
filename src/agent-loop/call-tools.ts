import type { EventDraft, MessageDraft } from "@/domain/event";
import type { ToolCallPart } from "@/domain/message";
import type { OpenCall } from "./next-step";
import { type JsonValue, type Tool, type ToolContext, ToolFailure } from "./tool";

export type ToolRun = {
  tools: readonly Tool[];
  context: Pick<ToolContext, "sessionId" | "turnId" | "signal">;
  now: () => number;
  onInternalError: (error: unknown, toolName: string) => void;
  maxCalls: number;
};

type Outcome = { status: "ok" | "error" | "interrupted"; result: JsonValue; error: string | null };

const INTERRUPTED = "The server stopped while this tool ran. Whether it took effect is unknown: check before you call it again.";

/** The drafts of each call's end as it lands, in the order they land, so that each can be kept at once. Never throws. */
export async function* callTools(calls: readonly OpenCall[], run: ToolRun): AsyncGenerator<EventDraft[]> {
  const running = new Map(calls.map((open, index) => [open.call.id, finishCall(open, index, run)]));
  while (running.size > 0) {
    const { call, outcome, durationMs } = await Promise.race(running.values());
    running.delete(call.id);
    yield endOfCall(call, outcome, durationMs);
  }
}

/** A call that will not be run: it is answered all the same, so that no conversation is left with an open call. */
export const endWithoutRunning = (call: ToolCallPart, error: string, status: "error" | "interrupted" = "error"): EventDraft[] =>
  endOfCall(call, { status, result: null, error }, null);

async function finishCall(open: OpenCall, index: number, run: ToolRun) {
  const begun = performance.now();
  const outcome =
    index < run.maxCalls ? await callTool(open, run) : failed(`Only ${run.maxCalls} tool calls are run at a time: call this one again`);
  return { call: open.call, outcome, durationMs: Math.round(performance.now() - begun) };
}

async function callTool({ call, wasStarted }: OpenCall, { tools, context, now, onInternalError }: ToolRun): Promise<Outcome> {
  const tool = tools.find(({ name }) => name === call.name) as Tool<unknown> | undefined;
  if (!tool) return failed(`There is no tool named ${call.name}. ${available(tools)}`);
  if (wasStarted && tool.effect === "unsafe") return { status: "interrupted", result: null, error: INTERRUPTED };

  const input = tool.input.safeParse(call.arguments);
  if (!input.success)
    return failed(
      `Bad arguments: ${input.error.issues.map(({ path, message }) => `${path.join(".") || "arguments"}: ${message}`).join("; ")}`,
    );

  try {
    const idempotencyKey = `${context.turnId}/${call.id}`;
    const work = tool.run(input.data, { ...context, toolCallId: call.id, idempotencyKey, now: new Date(now()) });
    return { status: "ok", result: await Promise.race([work, aborted(context.signal)]), error: null };
  } catch (error) {
    if (context.signal.aborted) return { status: "interrupted", result: null, error: INTERRUPTED };
    if (error instanceof ToolFailure) return failed(error.message);
    onInternalError(error, tool.name);
    return failed("An internal error occurred while executing the tool");
  }
}

const failed = (error: string): Outcome => ({ status: "error", result: null, error });

const available = (tools: readonly Tool[]): string =>
  tools.length === 0 ? "No tools are available." : `Available: ${tools.map(({ name }) => name).join(", ")}.`;

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function endOfCall(
  { id, name, arguments: input }: ToolCallPart,
  { status, result, error }: Outcome,
  durationMs: number | null,
): EventDraft[] {
  const message: MessageDraft = {
    role: "tool_result",
    tool_call_id: id,
    content: [{ type: "tool_result", tool_call_id: id, result, error }],
  };
  return [
    { type: "tool.completed", data: { tool_call_id: id, name, arguments: input, status, result, error, duration_ms: durationMs } },
    { type: "message.tool_result", data: message },
  ];
}
