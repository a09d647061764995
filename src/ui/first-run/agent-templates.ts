import { BookOpenText, Code, type LucideIcon, Sparkles } from "lucide-react";
import type { Agent } from "@/domain/agent";
import { api } from "@/ui/api/client";
import { capabilitiesQuery, queryClient } from "@/ui/api/queries";

export type AgentTemplate = {
  name: string;
  description: string;
  icon: LucideIcon;
  prompt: string;
  capabilities: readonly string[];
};

/** What a first agent may be made from. Capabilities that a server does not have are left out. */
export const AGENT_TEMPLATES: readonly AgentTemplate[] = [
  {
    name: "Assistant",
    description: "Answers, explains, plans and writes. Knows the time and keeps a list of tasks.",
    icon: Sparkles,
    prompt:
      "You are a helpful assistant. Answer directly and briefly, and go into depth when asked. Say so when you are not sure. For a task of several steps, keep a list of them and work through it.",
    capabilities: ["current_time", "stateless_todo_list", "web_fetch"],
  },
  {
    name: "Researcher",
    description: "Reads up on a question, weighs what it finds, and answers with its sources.",
    icon: BookOpenText,
    prompt:
      "You are a careful researcher. Break a question into parts, look each up, compare sources, and say which claims rest on which source. Separate what is established from what is likely. End with a short summary.",
    capabilities: ["research", "web_fetch", "current_time", "stateless_todo_list"],
  },
  {
    name: "Coder",
    description: "Writes and explains code. Works on the chat's own files and runs code in a sandbox.",
    icon: Code,
    prompt:
      "You are an experienced software engineer. Prefer small, clear code, and explain why rather than what. Keep work in the session's files, run what you wrote before you call it done, and show how to check it.",
    capabilities: ["file_system", "sandbox", "stateless_todo_list", "current_time"],
  },
];

export async function createFromTemplate({ name, description, prompt, capabilities }: AgentTemplate): Promise<Agent> {
  const known = new Set((await queryClient.ensureQueryData(capabilitiesQuery())).map(({ id }) => id));
  return api.post<Agent>("/v1/agents", {
    name,
    description,
    system_prompt: prompt,
    capabilities: capabilities.filter((id) => known.has(id)),
  });
}
