import { GitFork, Pencil, RotateCw } from "lucide-react";
import { memo, useState } from "react";
import type { Message } from "@/domain/message";
import { CopyButton } from "@/ui/markdown/code-block";
import { formatFull, formatWhen } from "@/ui/platform/format";
import { Answer } from "./answer";
import { type ChatTurn, textOf } from "./chat";
import type { GivenPart } from "./chat-actions";
import { EditQuestion } from "./edit-question";
import { ownParts } from "./give-files";
import { Question } from "./question";

type Props = {
  turn: ChatTurn;
  sessionId: string;
  /** The last that began: only that one is asked again. */
  isLast: boolean;
  onRetry: (message: Message) => void;
  onEdit: (message: Message, parts: GivenPart[]) => Promise<void>;
  /** Absent where the server can't fork. */
  onFork: ((message: Message) => void) | undefined;
};

/** A question and its answer. Rendered anew only when an event touches this turn. */
export const TurnView = memo(function TurnView({ turn, sessionId, isLast, onRetry, onEdit, onFork }: Props) {
  const [editing, setEditing] = useState<string | null>(null);
  const first = turn.asked[0];
  const canRetry = isLast && first && (turn.state === "failed" || turn.state === "cancelled");
  return (
    <article id={turn.id} className="grid scroll-mt-6 grid-cols-1 gap-8 pointer-coarse:gap-4">
      {turn.asked.map((message) =>
        message.metadata?.retry_of !== undefined ? (
          <p key={message.id} className="flex items-center justify-end gap-2 text-faint text-sm">
            <RotateCw size={14} aria-hidden />
            Asked again
          </p>
        ) : editing === message.id ? (
          <EditQuestion
            key={message.id}
            message={message}
            onCancel={() => setEditing(null)}
            onSend={async (parts) => {
              await onEdit(message, parts);
              setEditing(null);
            }}
          />
        ) : (
          <Question key={message.id} message={message}>
            {/* Where a pointer can hover they lie in the gap below; a finger finds them always. */}
            <div className="right-0 top-full flex items-center opacity-0 transition-opacity focus-within:opacity-100 group-hover/question:opacity-100 pointer-fine:absolute pointer-coarse:opacity-100">
              <time dateTime={message.created_at} title={formatFull(message.created_at)} className="px-2 text-faint text-xs tabular-nums">
                {formatWhen(message.created_at)}
              </time>
              <CopyButton text={textOf({ content: ownParts(message) })} label="Copy the message" />
              <SmallButton icon={Pencil} onClick={() => setEditing(message.id)}>
                Edit
              </SmallButton>
              {onFork && (
                <SmallButton icon={GitFork} onClick={() => onFork(message)}>
                  Fork
                </SmallButton>
              )}
            </div>
          </Question>
        ),
      )}
      <Answer turn={turn} sessionId={sessionId} onRetry={canRetry ? () => onRetry(first) : undefined} />
    </article>
  );
});

function SmallButton({ icon: Icon, onClick, children }: { icon: typeof Pencil; onClick: () => void; children: string }) {
  return (
    <button
      type="button"
      onClick={onClick}
      className="inline-flex h-7 items-center gap-1.5 rounded-md px-2 text-muted text-xs hover:bg-hover hover:text-ink pointer-coarse:h-9"
    >
      <Icon size={14} aria-hidden />
      {children}
    </button>
  );
}
