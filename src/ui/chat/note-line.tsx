import { Link } from "@tanstack/react-router";
import { Info } from "lucide-react";
import { useState } from "react";
import { Markdown } from "@/ui/markdown/markdown";
import type { Note } from "./chat";

/** Something to know in passing, on one quiet line; what more there is to it opens. */
export function NoteLine({ note: { text, details, sessionId } }: { note: Note }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <div className="text-faint text-sm">
      <p className="flex items-start gap-2">
        <Info size={15} aria-hidden className="mt-0.5 shrink-0" />
        <span className="[overflow-wrap:anywhere]">
          {text}
          {details !== undefined && (
            <button
              type="button"
              aria-expanded={isOpen}
              onClick={() => setIsOpen(!isOpen)}
              className="ml-2 underline underline-offset-4 hover:text-ink"
            >
              {isOpen ? "Less" : "More"}
            </button>
          )}
          {sessionId !== undefined && (
            <Link to="/sessions/$sessionId" params={{ sessionId }} className="ml-2 underline underline-offset-4 hover:text-ink">
              Open it
            </Link>
          )}
        </span>
      </p>
      {isOpen && details !== undefined && (
        <div className="mt-2 ml-6 border-line border-l-2 pl-4 text-muted">
          <Markdown text={details} />
        </div>
      )}
    </div>
  );
}
