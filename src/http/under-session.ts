/** A session as a URL names it; under `/v1/sessions` without its agent. A session reached under another agent does not exist. */
export type SessionAddress = { sessionId: string; agentId: string | null };

/** Where the resources of a session are mounted, and what tells the two places' operations apart in the documentation. */
export type UnderSession = { prefix: "/v1/sessions/:session_id"; suffix: "" | "BySession" };

/** The second prefix has the agent too; its parameter is optional to whoever reads the address. */
export const UNDER_SESSION: readonly UnderSession[] = [
  { prefix: "/v1/agents/:agent_id/sessions/:session_id" as "/v1/sessions/:session_id", suffix: "" },
  { prefix: "/v1/sessions/:session_id", suffix: "BySession" },
];

export const addressOf = ({ session_id, agent_id }: { session_id: string; agent_id?: string }): SessionAddress => ({
  sessionId: session_id,
  agentId: agent_id ?? null,
});
