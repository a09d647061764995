/** What the keyboard does, as `?` lists it. `mod` is ⌘ on a Mac and Ctrl elsewhere. */
export const KEYS: readonly { keys: string; does: string }[] = [
  { keys: "mod K", does: "Go to a chat, an agent or a page" },
  { keys: "mod Shift O", does: "New chat" },
  { keys: "mod B", does: "Show or hide the side bar" },
  { keys: "mod .", does: "Show or hide the trace of a chat" },
  { keys: "/", does: "Write a message" },
  { keys: "Enter", does: "Send" },
  { keys: "Shift Enter", does: "New line" },
  { keys: "Esc", does: "Stop the answer" },
  { keys: "mod S", does: "Save what a form has changed" },
  { keys: "?", does: "This list" },
  { keys: "mod /", does: "This list, while you write" },
];

const IS_MAC = /Mac|iPhone|iPad/.test(navigator.userAgent);

export const nameOfKey = (key: string): string => (key === "mod" ? (IS_MAC ? "⌘" : "Ctrl") : key);

/** Whether this key press is a command: `mod k`, `mod shift o`. */
export function isCommand(event: KeyboardEvent, key: string, hasShift = false): boolean {
  return (event.metaKey || event.ctrlKey) && event.shiftKey === hasShift && !event.altKey && event.key.toLowerCase() === key;
}

/** Whether the person is writing: single keys are letters then. */
export function isWriting({ target }: Event): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}
