import type { Chat, ChatTurn } from "./chat";

const WORDS: Record<ChatTurn["state"], string> = {
  queued: "",
  running: "The answer is being written.",
  waiting: "The agent waits for someone.",
  completed: "The answer is complete.",
  failed: "The answer did not come: it says why.",
  cancelled: "The answer was cut short.",
};

/** Tells a screen reader how the answer is getting on; its words are read where they stand. */
export const TurnTold = ({ chat: { turns } }: { chat: Chat }) => (
  <p role="status" className="sr-only">
    {WORDS[turns.findLast(({ state }) => state !== "queued")?.state ?? "queued"]}
  </p>
);
