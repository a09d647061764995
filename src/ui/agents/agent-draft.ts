import type { Agent } from "@/domain/agent";
import type { ToolPolicy } from "@/domain/tool";

/** What only newer servers know of an agent. Whether this one knows it is seen at any agent that it shows. */
type AgentExtras = { tool_policies?: Record<string, ToolPolicy> | null };

/** An agent as its form holds it. What the server does not know of stays undefined. */
export type AgentDraft = {
  name: string;
  description: string;
  system_prompt: string;
  default_model_id: string | null;
  fallback_model_id: string | null;
  capabilities: string[];
  tool_policies: Record<string, ToolPolicy> | undefined;
  tags: string[];
  visibility: Agent["visibility"];
};

export const AGENT_FIELDS = [
  "name",
  "description",
  "system_prompt",
  "default_model_id",
  "fallback_model_id",
  "capabilities",
  "tags",
  "visibility",
] as const;

export const draftOf = (agent: Agent & AgentExtras): AgentDraft => ({
  name: agent.name,
  description: agent.description ?? "",
  system_prompt: agent.system_prompt,
  default_model_id: agent.default_model_id,
  fallback_model_id: agent.fallback_model_id,
  capabilities: agent.capabilities,
  tool_policies: "tool_policies" in agent ? (agent.tool_policies ?? {}) : undefined,
  tags: agent.tags,
  visibility: agent.visibility,
});

/** A new agent's; `example` is any other of this server. */
export const emptyDraft = (example: (Agent & AgentExtras) | undefined): AgentDraft => ({
  name: "",
  description: "",
  system_prompt: "",
  default_model_id: null,
  fallback_model_id: null,
  capabilities: [],
  tool_policies: example && "tool_policies" in example ? {} : undefined,
  tags: [],
  visibility: "private",
});

/** As the API takes it. */
export const bodyOf = ({ description, tool_policies, ...draft }: AgentDraft) => ({
  ...draft,
  description: description === "" ? null : description,
  ...(tool_policies === undefined ? {} : { tool_policies: Object.keys(tool_policies).length === 0 ? null : tool_policies }),
});
