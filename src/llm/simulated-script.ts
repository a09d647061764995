import { z } from "zod";
import { LlmError, type LlmErrorCode } from "./llm";

/**
 * A message can tell the simulated model what to do: a fenced block marked `simulate` that holds a JSON array of steps.
 *
 *     ```simulate
 *     [{"call": [{"name": "add", "arguments": {"a": 1, "b": 2}}]}, {"text": "done"}]
 *     ```
 *
 * Each step is one model call. Steps that answer are taken by the number of answers that follow the message in the conversation, so a
 * restart goes on where it was. A step with `error` streams what else it has and then fails: every time, or only the first `times`
 * times, after which the next step is taken. Those failures are counted by driver instance, script and step, and forgotten once a
 * later step is reached. A step with `hang` streams what it has and then waits until it is aborted.
 */
const Step = z
  .strictObject({
    reasoning: z.string(),
    text: z.string(),
    /** Text that is streamed `times` times, one piece each. */
    repeat: z.string().max(10_000),
    times: z.int().min(0).max(100_000),
    call: z.array(z.strictObject({ name: z.string().min(1), arguments: z.json().default({}) })).max(128),
    /** Milliseconds between two pieces, in place of the provider's setting. */
    delay_ms: z.int().min(0).max(60_000),
    finish_reason: z.enum(["stop", "tool_calls", "length", "content_filter", "refusal", "other"]),
    hang: z.boolean(),
    error: z.strictObject({
      code: z.enum([
        "rate_limited",
        "overloaded",
        "provider_error",
        "unreachable",
        "timeout",
        "invalid_api_key",
        "not_permitted",
        "model_not_found",
        "context_too_long",
        "bad_request",
        "bad_response",
      ] satisfies LlmErrorCode[]),
      message: z.string().optional(),
      retryable: z.boolean().optional(),
      retry_after_ms: z.int().min(0).optional(),
      times: z.int().min(1).optional(),
    }),
  })
  .partial();
export type ScriptStep = z.infer<typeof Step>;

type Script = { kind: "steps"; text: string; steps: ScriptStep[] } | { kind: "broken"; reason: string };

/** The first script in a message, or undefined where it has none. */
export function findScript(message: string): Script | undefined {
  const text = /^[ \t]*```simulate[ \t]*\r?\n([\s\S]*?)^[ \t]*```/m.exec(message)?.[1]?.trim();
  if (text === undefined) return undefined;
  const json = parseJson(text);
  if (!Array.isArray(json)) return { kind: "broken", reason: json === undefined ? "it is not JSON" : "it is not an array of steps" };
  const parsed = z.array(Step).max(1000).safeParse(json);
  if (parsed.success) return { kind: "steps", text, steps: parsed.data };
  const issue = parsed.error.issues[0];
  return { kind: "broken", reason: `at ${issue?.path.join(".") || "the top"}: ${issue?.message ?? "it does not fit"}` };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Of scripts whose turn was given up between two failures; the oldest is forgotten first. */
const maxRememberedScripts = 100;

/** Picks steps, and remembers how often the ones with `error.times` have failed. */
export function createScriptReader() {
  const failures = new Map<string, Map<number, number>>();

  /** The step for the model call that follows `answers` answers; undefined when the script has no more. */
  return function nextStep({ text, steps }: { text: string; steps: ScriptStep[] }, answers: number): ScriptStep | undefined {
    const failed = failures.get(text) ?? new Map<number, number>();
    let answersToSkip = answers;
    for (const [index, step] of steps.entries()) {
      if (!step.error) {
        if (answersToSkip-- > 0) continue;
        failures.delete(text);
        return step;
      }
      if (answersToSkip > 0) continue;
      if (step.error.times === undefined) return step;
      const count = failed.get(index) ?? 0;
      if (count >= step.error.times) continue;
      failures.set(text, failed.set(index, count + 1));
      if (failures.size > maxRememberedScripts) failures.delete(failures.keys().next().value ?? "");
      return step;
    }
    failures.delete(text);
    return undefined;
  };
}

export function scriptedError({ code, message, retryable, retry_after_ms }: NonNullable<ScriptStep["error"]>): LlmError {
  return new LlmError(code, message ?? `Simulated failure: ${code}.`, retryable ?? retryableCodes.includes(code), retry_after_ms);
}

const retryableCodes: LlmErrorCode[] = ["rate_limited", "overloaded", "provider_error", "unreachable", "timeout", "bad_response"];
