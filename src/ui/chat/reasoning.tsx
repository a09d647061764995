import { Brain, ChevronRight } from "lucide-react";
import { useEffect, useState } from "react";
import { Markdown } from "@/ui/markdown/markdown";
import { classes } from "@/ui/platform/class-names";
import { formatDuration } from "@/ui/platform/format";
import type { Block } from "./chat";

type Props = { block: Extract<Block, { kind: "reasoning" }> };

/** What the model thought: one line that opens, with how long it took where that was seen. */
export function Reasoning({ block: { text, isStreaming, begunAt, durationMs } }: Props) {
  const [isOpen, setIsOpen] = useState(false);
  const elapsed = useElapsed(isStreaming ? begunAt : null);
  const words = isStreaming
    ? `Thinking${elapsed > 1000 ? ` for ${Math.round(elapsed / 1000)} s` : ""}`
    : durationMs === null
      ? "Thoughts"
      : `Thought for ${formatDuration(durationMs)}`;
  return (
    <div>
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
        className="-ml-2 inline-flex items-center gap-2 rounded-lg px-2 py-1 text-muted text-sm hover:bg-hover hover:text-ink"
      >
        <Brain size={15} aria-hidden className={isStreaming ? "animate-pulse-soft text-accent" : ""} />
        {words}
        <ChevronRight size={14} aria-hidden className={classes("transition-transform", isOpen && "rotate-90")} />
      </button>
      {isOpen && (
        <div className="mt-2 border-line border-l-2 pl-4 text-muted text-sm">
          <Markdown text={text} isStreaming={isStreaming} />
        </div>
      )}
    </div>
  );
}

/** Milliseconds since then, by the second; 0 for null. */
function useElapsed(since: number | null): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (since === null) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [since]);
  return since === null ? 0 : Math.max(0, now - since);
}
