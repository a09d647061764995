import { wordsOf } from "@/ui/api/client";

export type Notice = { id: number; words: string; isFailure: boolean };

const SHOWN_MS = { failure: 9000, success: 4000 };

let notices: readonly Notice[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function change(next: readonly Notice[]): void {
  notices = next;
  for (const listener of listeners) listener();
}

function add(words: string, isFailure: boolean): void {
  const id = ++lastId;
  // The same words twice are one notice.
  change([...notices.filter((notice) => notice.words !== words), { id, words, isFailure }].slice(-4));
  setTimeout(() => dismiss(id), isFailure ? SHOWN_MS.failure : SHOWN_MS.success);
}

export const dismiss = (id: number): void => change(notices.filter((notice) => notice.id !== id));

/** Tells of what went well, for a few seconds. */
export const notify = (words: string): void => add(words, false);

/** Tells of what did not, in the server's words. Fits a promise: `.catch(notifyFailure)`. */
export const notifyFailure = (error: unknown): void => add(wordsOf(error), true);

export const noticeStore = {
  subscribe: (listener: () => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
  snapshot: (): readonly Notice[] => notices,
};
