import { z } from "zod";
import type { Agent } from "@/domain/agent";
import { invalid } from "@/platform/app-error";

/** What stands in the front matter. Keys that other tools write beside them are not ours, and are passed over. */
const FrontMatter = z.object({
  name: z.string({ error: "is required" }),
  description: z.string().nullish(),
  /** As people write it: the provider's name, a slash, and the model's. */
  model: z.string().nullish(),
  capabilities: z.array(z.string()).nullish(),
  tags: z.array(z.string()).nullish(),
});

export type AgentFile = z.infer<typeof FrontMatter> & { system_prompt: string };

/** The agent as a file that people read, keep under version control and give to others. `model` is its model's name. */
export async function writeAgentFile(agent: Agent, model: string | null): Promise<string> {
  const { stringify } = await import("yaml");
  const { name, description, capabilities, tags } = agent;
  const front = {
    name,
    ...(description === null ? {} : { description }),
    ...(model === null ? {} : { model }),
    ...(capabilities.length === 0 ? {} : { capabilities }),
    ...(tags.length === 0 ? {} : { tags }),
  };
  return `---\n${stringify(front, { lineWidth: 0 })}---\n\n${agent.system_prompt}\n`;
}

/** Throws `invalid` in words that say what is wrong with the file, and repeat nothing of it. */
export async function readAgentFile(markdown: string): Promise<AgentFile> {
  const match = /^﻿?---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)(?:\r?\n)?([\s\S]*)$/.exec(markdown);
  if (!match) throw invalid("markdown must begin with YAML front matter between two lines of ---, with at least a name");
  const { parse } = await import("yaml");
  let front: unknown;
  try {
    front = parse(match[1]!, { maxAliasCount: 10 });
  } catch {
    throw invalid("markdown has front matter that is not YAML");
  }
  const read = FrontMatter.safeParse(front);
  if (!read.success) {
    const { path, message } = read.error.issues[0]!;
    throw invalid(`markdown has front matter in which ${path[0] === undefined ? "there are no fields" : `${String(path[0])} ${message}`}`);
  }
  return { ...read.data, system_prompt: match[2]!.replace(/\r?\n$/, "") };
}
