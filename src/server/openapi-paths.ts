/** A route as Elysia's `app.routes` lists it, or one that is answered outside Elysia and only described. */
export type DocumentedRoute = { method: string; path: string; hooks?: unknown };

/** What the id after a noun is called where more of the path follows. */
const ID_NAMES: Record<string, string> = {
  agents: "agent_id",
  sessions: "session_id",
  messages: "message_id",
  turns: "turn_id",
  approvals: "approval_id",
  "llm-providers": "provider_id",
  "llm-models": "model_id",
};

/**
 * `/v1/agents/:id/sessions/:session_id` → `/v1/agents/{agent_id}/sessions/{session_id}`, but `/v1/agents/:id` → `/v1/agents/{id}`.
 * Elysia's router wants one name for a parameter in one place; the documented names depend on what follows.
 */
export function documentedPath(path: string): string {
  const segments = path.split("/");
  return segments.map((segment, at) => documentedSegment(segment, segments, at)).join("/");
}

function documentedSegment(segment: string, segments: readonly string[], at: number): string {
  if (segment === "*") return "{path}";
  const [, name] = /^:([A-Za-z_]+)\??$/.exec(segment) ?? [];
  if (!name) return segment;
  const idName = ID_NAMES[segments[at - 1] ?? ""];
  const isWholeResource = at === 3 && at === segments.length - 1;
  return `{${idName && isWholeResource ? "id" : (idName ?? name)}}`;
}
