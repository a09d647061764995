import { ArrowDown } from "lucide-react";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { useStickToBottom } from "use-stick-to-bottom";
import type { Message } from "@/domain/message";
import type { Chat, ChatTurn } from "./chat";
import type { GivenPart } from "./chat-actions";
import { TurnView } from "./turn-view";

/** So many turns are on the page; earlier ones come when they are scrolled to. */
const SHOWN_TURNS = 12;

type Props = {
  chat: Chat;
  sessionId: string;
  /** The turn to begin at, instead of the end. */
  turnId: string | undefined;
  onRetry: (message: Message) => void;
  onEdit: (message: Message, parts: GivenPart[]) => Promise<void>;
  onFork: ((message: Message) => void) | undefined;
};

/** The conversation. It follows what is written, until the reader scrolls up; then it stays where they read. */
export function Conversation({ chat, sessionId, turnId, onRetry, onEdit, onFork }: Props) {
  const { scrollRef, contentRef, isAtBottom, scrollToBottom } = useStickToBottom({
    initial: turnId === undefined && "instant",
    resize: "instant",
  });
  const begun = chat.turns.filter(({ state }) => state !== "queued");
  const [count, setCount] = useState(() => shownAtFirst(begun, turnId));
  const shown = begun.slice(-count);
  /** How far the end was below what the reader sees, before earlier turns came above it. */
  const below = useRef<number | null>(null);
  const lastId = begun.at(-1)?.id;
  const [firstLastId] = useState(lastId);

  // When there is more room, as after a long message was sent, the browser scrolls by itself: that is nobody's wish to read further up.
  const isFollowing = useRef(isAtBottom);
  isFollowing.current = isAtBottom;
  useEffect(() => {
    const observer = new ResizeObserver(() => isFollowing.current && void scrollToBottom("instant"));
    observer.observe(scrollRef.current!);
    return () => observer.disconnect();
  }, [scrollRef, scrollToBottom]);
  // What a person sends is what they want to see; what they had scrolled up to is let go.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new turn is the reason
  useEffect(() => {
    if (lastId === firstLastId) return;
    setCount(SHOWN_TURNS);
    void scrollToBottom("instant");
  }, [lastId]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is shown is the reason
  useLayoutEffect(() => {
    const place = scrollRef.current;
    if (place && below.current !== null) place.scrollTop = place.scrollHeight - below.current;
    below.current = null;
  }, [count]);
  function showEarlier() {
    const place = scrollRef.current;
    below.current = place && place.scrollHeight - place.scrollTop;
    setCount((known) => known + SHOWN_TURNS);
  }
  useEffect(() => {
    if (turnId !== undefined) document.getElementById(turnId)?.scrollIntoView({ block: "start" });
  }, [turnId]);

  return (
    <div className="relative min-h-0 flex-1">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
      <section ref={scrollRef} className="h-full overflow-y-auto overscroll-contain" tabIndex={0} aria-label="Conversation">
        <div ref={contentRef} className="mx-auto grid max-w-3xl grid-cols-1 gap-10 px-4 pt-6 pb-10 md:px-6">
          {shown.length < begun.length && <Earlier key={shown[0]?.id} onSeen={showEarlier} />}
          {shown.map((turn) => (
            <TurnView
              key={turn.id}
              turn={turn}
              sessionId={sessionId}
              isLast={turn.id === lastId}
              onRetry={onRetry}
              onEdit={onEdit}
              onFork={onFork}
            />
          ))}
        </div>
      </section>
      {!isAtBottom && (
        <button
          type="button"
          aria-label="To the end of the conversation"
          onClick={() => void scrollToBottom()}
          className="-translate-x-1/2 absolute bottom-3 left-1/2 grid size-9 animate-appear place-items-center rounded-full border border-line bg-raised text-muted shadow-lg hover:text-ink"
        >
          <ArrowDown size={17} />
        </button>
      )}
    </div>
  );
}

/** Enough for the turn that is wanted, and what was said just before it. */
function shownAtFirst(begun: readonly ChatTurn[], turnId: string | undefined): number {
  const place = begun.findIndex(({ id }) => id === turnId);
  return place < 0 ? SHOWN_TURNS : Math.max(SHOWN_TURNS, begun.length - place + 2);
}

function Earlier({ onSeen }: { onSeen: () => void }) {
  const place = useRef<HTMLButtonElement>(null);
  const seen = useRef(onSeen);
  seen.current = onSeen;
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && seen.current());
    // The page is at its end first: what is above it for a moment was not scrolled to.
    const timer = setTimeout(() => observer.observe(place.current!), 300);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
    };
  }, []);
  return (
    <button
      ref={place}
      type="button"
      onClick={onSeen}
      className="justify-self-center rounded-lg px-3 py-1.5 text-muted text-sm hover:bg-hover"
    >
      Show earlier messages
    </button>
  );
}
