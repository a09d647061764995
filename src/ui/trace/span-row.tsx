import { Link } from "@tanstack/react-router";
import { Bot, Clock, Wrench } from "lucide-react";
import { memo, useState } from "react";
import { classes } from "@/ui/platform/class-names";
import { formatCost, formatCount, formatDuration } from "@/ui/platform/format";
import type { Span } from "./trace";

const ICONS = { model: Bot, tool: Wrench, wait: Clock };

/** One bar of the waterfall, from `from` to `to`. It opens to all that is known of it. */
export const SpanRow = memo(function SpanRow({ span, from, to }: { span: Span; from: number; to: number }) {
  const [isOpen, setIsOpen] = useState(false);
  const Icon = ICONS[span.kind];
  const whole = Math.max(1, to - from);
  const share = (ms: number): number => Math.min(100, Math.max(0, (ms / whole) * 100));
  const end = span.end ?? to;
  const durationMs = span.end === null ? null : span.end - span.start;
  const colour =
    span.state === "error"
      ? "bg-danger"
      : span.state === "stopped"
        ? "bg-line-strong"
        : span.kind === "model"
          ? "bg-primary"
          : span.kind === "tool"
            ? "bg-accent/70"
            : "bg-line-strong/50";
  const shown = summaryOf(span);
  return (
    <li>
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
        className="block w-full px-3.5 py-1.5 text-left hover:bg-hover/60"
      >
        <span className="flex items-center gap-2 text-xs">
          <Icon size={13} aria-hidden className="shrink-0 text-faint" />
          <span className={classes("min-w-0 flex-1 truncate font-mono", span.state === "error" && "text-danger")}>
            {span.kind === "wait" ? <span className="font-sans text-muted">{`Waits for ${span.name}`}</span> : span.name}
          </span>
          <span className="shrink-0 text-faint tabular-nums">{durationMs === null ? "…" : formatDuration(durationMs)}</span>
        </span>
        {shown !== "" && <span className="block truncate pl-5 text-faint text-xs tabular-nums">{shown}</span>}
        <span className="relative mt-1 block h-1.5 rounded-full bg-hover">
          <span
            className={classes("absolute inset-y-0 min-w-0.75 rounded-full", colour, span.state === "running" && "animate-pulse-soft")}
            style={{ left: `${share(span.start - from)}%`, width: `${share(end - span.start)}%` }}
          />
          {span.firstTokenMs !== null && (
            <span
              title={`First token after ${formatDuration(span.firstTokenMs)}`}
              className="absolute inset-y-[-2px] w-0.5 rounded bg-accent"
              style={{ left: `${share(span.start - from + span.firstTokenMs)}%` }}
            />
          )}
        </span>
      </button>
      {isOpen && <Details span={span} />}
      {!isOpen && span.error !== null && <p className="px-3.5 pb-1.5 text-danger text-xs [overflow-wrap:anywhere]">{span.error}</p>}
    </li>
  );
});

/** What a model call took, in one line. */
function summaryOf({ kind, usage, costUsd, firstTokenMs, state }: Span): string {
  if (state === "stopped") return "stopped";
  if (kind !== "model" || usage === null) return "";
  return [
    `${formatCount(usage.input_tokens)} in / ${formatCount(usage.output_tokens)} out`,
    ...(costUsd === null ? [] : [formatCost(costUsd)]),
    ...(firstTokenMs === null ? [] : [`first token ${formatDuration(firstTokenMs)}`]),
  ].join(" · ");
}

function Details({ span: { error, facts, usage, costUsd, firstTokenMs, childSessionId } }: { span: Span }) {
  const rows: [string, string][] = [
    ...facts.map(([name, value]): [string, string] => [name, String(value)]),
    ...(firstTokenMs === null ? [] : [["First token after", formatDuration(firstTokenMs)] as [string, string]]),
    ...(usage ? usageRows(usage) : []),
    ...(costUsd === null ? [] : [["Cost", formatCost(costUsd)] as [string, string]]),
  ];
  return (
    <div className="px-3.5 pt-0.5 pb-2.5">
      {error !== null && (
        <p className="mb-1.5 rounded-lg bg-danger-soft px-2.5 py-1.5 text-danger text-xs [overflow-wrap:anywhere]">{error}</p>
      )}
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-0.5 pl-5 text-xs">
        {rows.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-faint">{name}</dt>
            <dd className="tabular-nums [overflow-wrap:anywhere]">{value}</dd>
          </div>
        ))}
      </dl>
      {childSessionId !== null && (
        <Link
          to="/sessions/$sessionId"
          params={{ sessionId: childSessionId }}
          search={{ trace: true }}
          className="mt-1 ml-5 inline-block text-accent text-xs underline underline-offset-4"
        >
          Open the other agent's chat
        </Link>
      )}
    </div>
  );
}

function usageRows(usage: NonNullable<Span["usage"]>): [string, string][] {
  const counts: [string, number][] = [
    ["Tokens in", usage.input_tokens],
    ["from the cache", usage.cache_read_tokens],
    ["into the cache", usage.cache_write_tokens],
    ["Tokens out", usage.output_tokens],
    ["for reasoning", usage.reasoning_tokens],
  ];
  return counts.flatMap(([name, count], index): [string, string][] =>
    count > 0 || index === 0 || index === 3 ? [[name, formatCount(count)]] : [],
  );
}
