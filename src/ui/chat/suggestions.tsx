import { ArrowUpRight } from "lucide-react";
import type { Agent } from "@/domain/agent";

/** What one may ask first, by what the agent can do. */
const BY_CAPABILITY: readonly [capability: string, words: string][] = [
  ["sandbox", "Work out the first twenty primes with code"],
  ["research", "Compare three note-taking apps, with sources"],
  ["current_time", "What time is it in Tokyo?"],
  ["stateless_todo_list", "Plan a weekend in Lisbon"],
  ["web_fetch", "Read https://example.com and sum it up"],
  ["file_system", "Write a haiku about rain into haiku.txt"],
  ["test_weather", "What is the weather in Oslo?"],
  ["test_math", "What is 6 times 7?"],
];

const MOST = 3;

/** A first message at a press. */
export function Suggestions({ agent, onChoose }: { agent: Agent | undefined; onChoose: (words: string) => void }) {
  const words = BY_CAPABILITY.filter(([id]) => agent?.capabilities.includes(id)).slice(0, MOST);
  if (words.length === 0) return null;
  return (
    <ul aria-label="Suggestions" className="flex flex-wrap justify-center gap-2">
      {words.map(([id, text]) => (
        <li key={id}>
          <button
            type="button"
            onClick={() => onChoose(text)}
            className="inline-flex min-h-9 items-center gap-2 rounded-full border border-line px-3.5 py-1.5 text-left text-muted text-sm transition-colors hover:bg-hover hover:text-ink pointer-coarse:min-h-10"
          >
            {text}
            <ArrowUpRight size={14} aria-hidden className="shrink-0 text-faint" />
          </button>
        </li>
      ))}
    </ul>
  );
}
