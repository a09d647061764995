import { X } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Chat } from "@/ui/chat/chat";
import { Button, IconButton } from "@/ui/parts/button";
import { ErrorState } from "@/ui/parts/error-state";
import { classes } from "@/ui/platform/class-names";
import { formatCost, formatCount, formatDuration } from "@/ui/platform/format";
import { useIsWide } from "@/ui/platform/use-media";
import { SpanRow } from "./span-row";
import { type TracedTurn, traceOf } from "./trace";
import { useTraceEvents } from "./trace-events";

/** So many turns are drawn; earlier ones at a press. */
const SHOWN_TURNS = 40;

type Props = { chat: Chat; sessionId: string; onClose: () => void };

/** The chat's log as a waterfall: what ran when, for how long, and what it took. */
export function TracePanel({ chat, sessionId, onClose }: Props) {
  const isWide = useIsWide();
  const { events, error } = useTraceEvents(sessionId, chat.sequence);
  const turns = useMemo(() => traceOf(events), [events]);
  const [count, setCount] = useState(SHOWN_TURNS);
  const end = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new turn is the reason
  useEffect(() => void end.current?.scrollIntoView({ block: "end" }), [turns.length]);
  return (
    <aside
      aria-label="Trace"
      className={classes("flex flex-col bg-panel", isWide ? "w-[min(28rem,42vw)] shrink-0 border-line border-l" : "fixed inset-0 z-20")}
    >
      <div className="flex h-14 shrink-0 items-center justify-between border-line border-b pr-2 pl-4">
        <h2 className="font-semibold text-sm">Trace</h2>
        <IconButton label="Close the trace" onClick={onClose}>
          <X size={17} />
        </IconButton>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
      <section className="min-h-0 flex-1 overflow-y-auto p-3" tabIndex={0} aria-label="Turns">
        {error !== null && <ErrorState error={error} />}
        {error === null && turns.length === 0 && (
          <p className="p-3 text-faint text-sm">What the agent does shows here: its model calls, its tools, and how long each took.</p>
        )}
        <ol className="grid grid-cols-1 gap-3">
          {count < turns.length && (
            <li className="text-center">
              <Button look="quiet" onClick={() => setCount(count + SHOWN_TURNS)}>
                Show earlier turns
              </Button>
            </li>
          )}
          {turns.slice(-count).map((turn) => (
            <TurnTrace key={turn.id} turn={turn} />
          ))}
        </ol>
        <div ref={end} />
      </section>
    </aside>
  );
}

function TurnTrace({ turn }: { turn: TracedTurn }) {
  const end = turn.end ?? Math.max(turn.start + 1, ...turn.spans.map(({ start, end }) => end ?? start + 1));
  const { usage, costUsd } = turn;
  return (
    <li className="rounded-xl border border-line bg-raised">
      <div className="border-line border-b px-3.5 py-2.5">
        <h3 className="truncate font-medium text-sm" title={turn.question}>
          {turn.question}
        </h3>
        <p className="mt-0.5 text-faint text-xs tabular-nums">
          {[
            turn.end === null ? "running" : formatDuration(turn.end - turn.start),
            ...(usage && usage.input_tokens + usage.output_tokens > 0
              ? [`${formatCount(usage.input_tokens)} in / ${formatCount(usage.output_tokens)} out`]
              : []),
            ...(costUsd ? [formatCost(costUsd)] : []),
            ...(turn.state === "cancelled" ? ["stopped"] : []),
          ].join(" · ")}
        </p>
        {turn.error !== null && !turn.spans.some(({ error }) => error === turn.error) && (
          <p className="mt-1.5 text-danger text-xs [overflow-wrap:anywhere]">{turn.error}</p>
        )}
      </div>
      <ol className="py-1">
        {turn.spans.map((span) => (
          <SpanRow key={span.key} span={span} from={turn.start} to={end} />
        ))}
      </ol>
    </li>
  );
}
