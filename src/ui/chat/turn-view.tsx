import { GitFork, Pencil, RotateCw } from "lucide-react";
import { memo, useState } from "react";
import type { Message } from "@/domain/message";
import { CopyButton } from "@/ui/markdown/code-block";
import { Button } from "@/ui/parts/button";
import { Answer } from "./answer";
import { type ChatTurn, textOf } from "./chat";
import type { GivenPart } from "./chat-actions";
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
    <article id={turn.id} className="grid scroll-mt-6 grid-cols-1 gap-3">
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
            <div className="flex opacity-0 transition-opacity focus-within:opacity-100 group-hover/question:opacity-100 pointer-coarse:opacity-100">
              <CopyButton text={textOf(message)} label="Copy the message" />
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

type EditProps = { message: Message; onCancel: () => void; onSend: (parts: GivenPart[]) => Promise<void>; action?: string };

/** A message's words, to change and send; its pictures go along. */
export function EditQuestion({ message, onCancel, onSend, action = "Send" }: EditProps) {
  const [text, setText] = useState(() => textOf(message));
  const [isBusy, setIsBusy] = useState(false);
  const images = message.content.filter((part) => part.type === "image") as unknown as GivenPart[];

  async function send() {
    if (text.trim() === "" || isBusy) return;
    setIsBusy(true);
    await onSend([{ type: "text", text }, ...images]).finally(() => setIsBusy(false));
  }

  return (
    <div className="rounded-2xl border border-line-strong bg-raised p-2">
      <textarea
        aria-label="Change the message"
        // biome-ignore lint/a11y/noAutofocus: the person asked to write here
        autoFocus
        value={text}
        onChange={({ target }) => setText(target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") {
            event.stopPropagation();
            onCancel();
          }
          if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          void send();
        }}
        className="field-sizing-content block max-h-[50vh] min-h-12 w-full resize-none bg-transparent px-2 py-1.5 outline-none"
      />
      <div className="flex justify-end gap-2 pt-1">
        <Button onClick={onCancel}>Cancel</Button>
        <Button look="primary" isBusy={isBusy} disabled={text.trim() === ""} onClick={() => void send()}>
          {action}
        </Button>
      </div>
    </div>
  );
}
