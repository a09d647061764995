import { MessageSquareText } from "lucide-react";
import type { Agent } from "@/domain/agent";
import { EmptyState } from "@/ui/parts/empty-state";
import { Suggestions } from "./suggestions";

/** A chat in which nothing was said yet. */
export const Beginning = ({ agent, onSay }: { agent: Agent | undefined; onSay: (words: string) => void }) => (
  <EmptyState
    icon={MessageSquareText}
    title={agent ? `A new chat with ${agent.name}` : "A new chat"}
    action={<Suggestions agent={agent} onChoose={onSay} />}
  >
    Write a message below. What is said here is kept, also when the server restarts.
  </EmptyState>
);
