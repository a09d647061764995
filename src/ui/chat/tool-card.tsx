import { Link } from "@tanstack/react-router";
import {
  Ban,
  Check,
  ChevronRight,
  CircleHelp,
  Hand,
  Hourglass,
  LoaderCircle,
  type LucideIcon,
  MessagesSquare,
  PenLine,
  X,
} from "lucide-react";
import { memo, useState } from "react";
import { classes } from "@/ui/platform/class-names";
import { formatDuration } from "@/ui/platform/format";
import { ApprovalQuestion } from "./approval-question";
import { CallValue } from "./call-value";
import type { ToolBlock } from "./chat";

const STATES: Record<ToolBlock["state"], { icon: LucideIcon; words: string; look: string }> = {
  writing: { icon: PenLine, words: "being written", look: "text-accent animate-pulse-soft" },
  pending: { icon: LoaderCircle, words: "about to run", look: "text-faint" },
  running: { icon: LoaderCircle, words: "running", look: "text-accent animate-spin" },
  elsewhere: { icon: Hourglass, words: "waits for another program", look: "text-warn" },
  asking: { icon: Hand, words: "waits for you", look: "text-warn" },
  ok: { icon: Check, words: "done", look: "text-ok" },
  error: { icon: X, words: "failed", look: "text-danger" },
  interrupted: { icon: CircleHelp, words: "interrupted, outcome unknown", look: "text-warn" },
  denied: { icon: Ban, words: "denied", look: "text-danger" },
};

/** One call of a tool: what it was asked, what came of it, how long it took. */
export const ToolCard = memo(function ToolCard({ call, sessionId }: { call: ToolBlock; sessionId: string }) {
  const [isOpen, setIsOpen] = useState(false);
  const { icon: Icon, look } = STATES[call.state];
  const words = call.state === "elsewhere" && call.childSessionId !== null ? "another agent works on it" : STATES[call.state].words;
  const isShown = isOpen || call.state === "asking";
  return (
    <section
      aria-label={`Tool ${call.name}`}
      className={classes("overflow-hidden rounded-xl border", call.state === "asking" ? "border-warn/50" : "border-line")}
    >
      <button
        type="button"
        aria-expanded={isShown}
        onClick={() => setIsOpen(!isOpen)}
        className="flex w-full items-center gap-2.5 px-3.5 py-2.5 text-left text-sm hover:bg-panel"
      >
        <Icon size={16} aria-hidden className={classes("shrink-0", look)} />
        <span className="shrink-0 font-medium font-mono text-[0.8125rem]">{call.name}</span>
        <span className="min-w-0 flex-1 truncate font-mono text-faint text-xs">{call.error ?? summaryOf(call)}</span>
        <span className="shrink-0 text-faint text-xs tabular-nums">
          {call.durationMs === null ? (
            words
          ) : (
            <>
              <span className="sr-only">{words}, </span>
              {formatDuration(call.durationMs)}
            </>
          )}
        </span>
        <ChevronRight size={14} aria-hidden className={classes("shrink-0 text-faint transition-transform", isShown && "rotate-90")} />
      </button>
      {isShown && (
        <div className="grid grid-cols-1 gap-3 border-line border-t px-3.5 py-3">
          {hasArguments(call) && <CallValue title="Arguments" value={call.arguments === undefined ? call.written : call.arguments} />}
          {call.error !== null && (
            <p className="rounded-lg bg-danger-soft px-3 py-2 text-danger text-sm [overflow-wrap:anywhere]">{call.error}</p>
          )}
          {call.error === null && (call.state === "ok" || call.result !== null) && <CallValue title="Result" value={call.result} />}
        </div>
      )}
      {call.childSessionId !== null && (
        <p className="border-line border-t px-3.5 py-2 text-sm">
          <Link
            to="/sessions/$sessionId"
            params={{ sessionId: call.childSessionId }}
            className="inline-flex items-center gap-1.5 rounded text-accent underline underline-offset-4"
          >
            <MessagesSquare size={14} aria-hidden />
            Open the other agent's chat
          </Link>
        </p>
      )}
      {call.state === "asking" && call.approvalId !== null && (
        <ApprovalQuestion sessionId={sessionId} approvalId={call.approvalId} call={call} />
      )}
    </section>
  );
});

/** Many tools are given nothing: `{}` would say no more. */
const hasArguments = ({ arguments: given, written }: ToolBlock): boolean =>
  given === undefined ? written !== "" : typeof given !== "object" || given === null || Object.keys(given).length > 0;

/** The arguments in one line. */
function summaryOf({ arguments: given, written }: ToolBlock): string {
  if (given === undefined) return written.slice(-120);
  if (typeof given !== "object" || given === null) return String(given).slice(0, 200);
  return Object.entries(given)
    .map(([name, value]) => `${name}: ${typeof value === "string" ? value.slice(0, 120) : JSON.stringify(value).slice(0, 120)}`)
    .join("  ")
    .slice(0, 240);
}
