import { CircleAlert, RotateCw } from "lucide-react";
import { memo } from "react";
import { CopyButton } from "@/ui/markdown/code-block";
import { Markdown } from "@/ui/markdown/markdown";
import { formatCost, formatCount, formatDuration } from "@/ui/platform/format";
import type { Block, ChatTurn, TurnEnd } from "./chat";
import { NoteLine } from "./note-line";
import { Question } from "./question";
import { Reasoning } from "./reasoning";
import { ToolCard } from "./tool-card";

type Props = { turn: ChatTurn; sessionId: string; onRetry: (() => void) | undefined };

/** All that a turn brought, in its order, and what it took. */
export const Answer = memo(function Answer({ turn, sessionId, onRetry }: Props) {
  const text = turn.blocks.flatMap((block) => (block.kind === "text" ? [block.text] : [])).join("\n\n");
  const last = turn.blocks.at(-1);
  const isSilent =
    turn.state === "running" &&
    !(last && "isStreaming" in last && last.isStreaming) &&
    last?.kind !== "retrying" &&
    !(last?.kind === "tool" && last.state !== "ok" && last.state !== "error");
  return (
    <section aria-label="Answer" className="group/answer grid grid-cols-1 gap-4">
      {turn.resumedAfter && <NoteLine note={{ kind: "note", key: "resumed", text: RESUMED[turn.resumedAfter] }} />}
      {turn.blocks.map((block) => (
        <Part key={block.key} block={block} sessionId={sessionId} />
      ))}
      {isSilent && (
        <p className="flex h-6 items-center gap-2 text-faint text-sm">
          <span className="size-2 animate-pulse-soft rounded-full bg-accent" />
          <span className="sr-only">The answer is on its way</span>
        </p>
      )}
      {turn.state === "failed" && <Failure turn={turn} onRetry={onRetry} />}
      {turn.end && <Footer turn={turn} end={turn.end} text={text} onRetry={onRetry} />}
    </section>
  );
});

function Part({ block, sessionId }: { block: Block; sessionId: string }) {
  switch (block.kind) {
    case "text":
      return <Markdown text={block.text} isStreaming={block.isStreaming} />;
    case "reasoning":
      return <Reasoning block={block} />;
    case "tool":
      return <ToolCard call={block} sessionId={sessionId} />;
    case "steered":
      return <Question message={block.message} />;
    case "note":
      return <NoteLine note={block} />;
    case "image":
      return block.part.base64 && /^image\/(png|jpeg|gif|webp|avif)$/.test(block.part.media_type ?? "") ? (
        <img
          src={`data:${block.part.media_type};base64,${block.part.base64}`}
          alt="Made by the model"
          className="max-h-96 rounded-xl border border-line"
        />
      ) : null;
    case "retrying":
      return (
        <p role="status" className="flex items-start gap-2 rounded-xl bg-warn-soft px-4 py-3 text-sm text-warn">
          <RotateCw size={16} aria-hidden className="mt-0.5 shrink-0" />
          <span className="[overflow-wrap:anywhere]">{`${block.error} ${block.instead === null ? "Trying again in a moment." : `${block.instead} is asked instead.`}`}</span>
        </p>
      );
  }
}

function Failure({ turn, onRetry }: { turn: ChatTurn; onRetry: (() => void) | undefined }) {
  const failure = turn.end?.failure;
  return (
    <div role="alert" className="flex items-start gap-3 rounded-xl border border-danger/30 bg-danger-soft px-4 py-3 text-sm">
      <CircleAlert size={17} aria-hidden className="mt-0.5 shrink-0 text-danger" />
      <div className="min-w-0 flex-1">
        <p className="font-medium text-danger">{FAILURES[failure?.code ?? ""] ?? "The answer failed"}</p>
        <p className="mt-0.5 text-muted [overflow-wrap:anywhere]">{failure?.error}</p>
      </div>
      {onRetry && (
        <button
          type="button"
          onClick={onRetry}
          className="-my-1 shrink-0 rounded-lg px-2.5 py-1.5 font-medium text-danger hover:bg-danger/10"
        >
          Try again
        </button>
      )}
    </div>
  );
}

const RESUMED: Record<NonNullable<ChatTurn["resumedAfter"]>, string> = {
  crash: "The server crashed and came back; this answer went on from where it was.",
  shutdown: "The server restarted; this answer went on from where it was.",
  disk_full: "The disk was full; this answer went on once there was room.",
};

const FAILURES: Record<string, string> = {
  invalid_api_key: "The provider did not accept the key",
  rate_limited: "The provider is asked too often",
  overloaded: "The provider is overloaded",
  unreachable: "The provider can't be reached",
  timeout: "The provider took too long",
  model_not_found: "The provider does not know this model",
  context_too_long: "The conversation is too long for this model",
  no_model: "No model is set up",
  crash_loop: "This kept crashing the server",
};

const REASONS: Record<string, string> = {
  length: "Cut off at the longest answer",
  content_filter: "Stopped by the provider's filter",
  refusal: "The model refused",
  model_call_limit: "Stopped at the most model calls",
};

function Footer({ turn, end, text, onRetry }: { turn: ChatTurn; end: TurnEnd; text: string; onRetry: (() => void) | undefined }) {
  const { usage, costUsd, durationMs, finishReason } = end;
  const spent = usage.input_tokens + usage.output_tokens > 0;
  return (
    <div className="flex min-h-7 flex-wrap items-center gap-x-3 gap-y-1 text-faint text-xs tabular-nums">
      {turn.state === "cancelled" && <span className="font-medium text-muted">Stopped</span>}
      {finishReason && REASONS[finishReason] && <span className="font-medium text-warn">{REASONS[finishReason]}</span>}
      <span title={tooltipOf(end)}>
        {[
          formatDuration(durationMs),
          ...(spent ? [`${formatCount(usage.input_tokens)} in / ${formatCount(usage.output_tokens)} out`] : []),
          ...(costUsd === null || !spent ? [] : [formatCost(costUsd)]),
        ].join(" · ")}
      </span>
      {turn.model && <span className="max-w-56 truncate">{turn.fellBack ? `${turn.model} (instead of the chosen one)` : turn.model}</span>}
      <span className="-ml-2 flex items-center opacity-0 transition-opacity focus-within:opacity-100 group-hover/answer:opacity-100 pointer-coarse:opacity-100">
        {text !== "" && <CopyButton text={text} label="Copy the answer" />}
        {turn.state === "cancelled" && onRetry && (
          <button
            type="button"
            onClick={onRetry}
            className="inline-flex h-7 items-center gap-1.5 rounded-md px-2 text-muted hover:bg-hover hover:text-ink pointer-coarse:h-9"
          >
            <RotateCw size={14} aria-hidden />
            Try again
          </button>
        )}
      </span>
    </div>
  );
}

function tooltipOf({ usage }: TurnEnd): string {
  const facts = [
    [usage.cache_read_tokens, "read from the cache"],
    [usage.cache_write_tokens, "written to the cache"],
    [usage.reasoning_tokens, "for reasoning"],
  ] as const;
  return facts.flatMap(([count, what]) => (count > 0 ? [`${formatCount(count)} tokens ${what}`] : [])).join(", ");
}
