import { renewLogin } from "@/ui/api/client";
import { type Chat, emptyChat, runningTurnOf } from "./chat";
import { dropLive, EVENT_TYPES, fold, type StreamedEvent } from "./fold-events";
import { watchPage } from "./watch-page";

/** `loading` until the log was read once; `lost` while the server does not answer; `gone` when there is no such session. */
export type Connection = "loading" | "live" | "lost" | "gone";

export type ChatSnapshot = { chat: Chat; connection: Connection };

export type ChatStream = ReturnType<typeof createChatStream>;

/** The log is told in bursts: so long without a word, and what was to be replayed is here. */
const QUIET_MS = 60;
const RECONNECT_MS = 1000;
/** Silence that is worth a new connection: while an answer is written, and while nothing goes on. */
const SILENT_MS = { running: 25_000, resting: 120_000 };
/** What was kept is told at once: so long without it, and the connection is dead. */
const EXPECTED_MS = 2000;

/**
 * Follows a session's events and folds them into a chat, at most once a frame. The browser's EventSource resumes by itself after the
 * last event it had; what it gives up on (an answer that is no stream), and what it does not notice (a connection that died while the
 * machine slept), is opened anew from the same place.
 */
export function createChatStream(sessionId: string, known: Chat = emptyChat) {
  const listeners = new Set<() => void>();
  let snapshot: ChatSnapshot = { chat: known, connection: "loading" };
  let source: EventSource | undefined;
  let pending: StreamedEvent[] = [];
  let isScheduled = false;
  /** The connection is new: what is being written is told again from its beginning. */
  let isRenewed = false;
  let timers: ReturnType<typeof setTimeout>[] = [];
  let lastEventAt = 0;
  let unwatch: (() => void) | undefined;

  const tell = (changed: Partial<ChatSnapshot>) => {
    snapshot = { ...snapshot, ...changed };
    for (const listener of listeners) listener();
  };

  /** The chat with all that has come. What was streamed before stays until it is told again, so that nothing jumps. */
  function take(): Chat {
    const events = pending;
    if (events.length === 0) return snapshot.chat;
    pending = [];
    const isToldAgain = isRenewed && events.some(({ type }) => type.endsWith(".delta"));
    if (isToldAgain) isRenewed = false;
    return fold(isToldAgain ? dropLive(snapshot.chat) : snapshot.chat, events);
  }

  const flush = () => {
    isScheduled = false;
    // A replay is shown once it is complete, not as it trickles in.
    const isReplaying = snapshot.connection === "loading" && !pending.some(({ sequence }) => sequence === null);
    if (isReplaying && Date.now() - lastEventAt < QUIET_MS) return schedule();
    tell({ chat: take(), connection: snapshot.connection === "loading" ? "live" : snapshot.connection });
  };
  // A page in the background has no frames.
  const schedule = () => {
    if (isScheduled) return;
    isScheduled = true;
    if (document.hidden) setTimeout(flush, 100);
    else requestAnimationFrame(flush);
  };

  function open() {
    close();
    // What has come is folded first, so that it is not asked for twice.
    if (pending.length > 0) tell({ chat: take() });
    lastEventAt = Date.now();
    const opened = new EventSource(`/v1/sessions/${sessionId}/events?after_sequence=${snapshot.chat.sequence}`);
    source = opened;
    opened.onopen = () => {
      pending = pending.filter(({ sequence }) => sequence !== null);
      isRenewed = true;
      lastEventAt = Date.now();
      if (snapshot.connection === "lost") tell({ connection: "live" });
      schedule();
    };
    opened.onerror = () => void recover(opened);
    for (const type of EVENT_TYPES)
      opened.addEventListener(type, ({ data, lastEventId }: MessageEvent<string>) => {
        lastEventAt = Date.now();
        const isLive = type.endsWith(".delta") || type === "message.discarded" || type === "server.draining";
        pending.push({ type, sequence: isLive ? null : Number(lastEventId), at: lastEventAt, data: JSON.parse(data) });
        schedule();
      });
  }

  async function recover(failed: EventSource) {
    if (failed !== source) return;
    if (failed.readyState === EventSource.CONNECTING) {
      timers.push(setTimeout(() => failed === source && failed.readyState !== EventSource.OPEN && tell({ connection: "lost" }), 1500));
      return;
    }
    const response = await fetch(`/v1/sessions/${sessionId}`).catch(() => null);
    if (response?.status === 401) await renewLogin();
    if (failed !== source) return;
    if (response?.status === 404 || response?.status === 400) return tell({ connection: "gone" });
    tell({ connection: "lost" });
    timers.push(setTimeout(() => failed === source && open(), RECONNECT_MS));
  }

  function close() {
    source?.close();
    source = undefined;
    for (const timer of timers) clearTimeout(timer);
    timers = [];
  }

  const isSilent = (now: number): boolean =>
    snapshot.connection === "live" && now - lastEventAt > SILENT_MS[runningTurnOf(snapshot.chat) ? "running" : "resting"];

  return {
    snapshot: (): ChatSnapshot => snapshot,
    /** Connects with the first listener and lets go with the last. */
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      if (listeners.size === 1) {
        open();
        unwatch = watchPage({ renew: () => snapshot.connection !== "gone" && open(), letGo: close, isSilent });
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        unwatch?.();
        close();
      };
    },
    /** The server has kept this event, so it is about to be told here. */
    expect(sequence: number): void {
      timers.push(setTimeout(() => source && snapshot.chat.sequence < sequence && open(), EXPECTED_MS));
    },
  };
}
