import type { Agent } from "@/domain/agent";
import type { Session } from "@/domain/session";
import { conflict, notFound } from "@/platform/app-error";
import type { Api } from "./api";
import { say } from "./output";

type List<Item> = { items: Item[]; total: number };

/** Pages of a list, until there is no more. */
export async function listAll<Item>(api: Api, path: string): Promise<Item[]> {
  const items: Item[] = [];
  for (;;) {
    const page = await api.get<List<Item>>(`${path}${path.includes("?") ? "&" : "?"}limit=1000&offset=${items.length}`);
    items.push(...page.items);
    if (items.length >= page.total || page.items.length === 0) return items;
  }
}

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** By id, or by a name that one agent has. */
export async function getAgent(api: Api, nameOrId: string): Promise<Agent> {
  if (UUID.test(nameOrId)) return api.get<Agent>(`/v1/agents/${nameOrId}`);
  const wanted = nameOrId.toLowerCase();
  const like = await listAll<Agent>(api, `/v1/agents?search=${encodeURIComponent(nameOrId)}`);
  const [agent, another] = like.filter(({ name }) => name.toLowerCase() === wanted);
  if (!agent) throw notFound(`Agent ${JSON.stringify(nameOrId)}`);
  if (another)
    throw conflict(`Several agents are named ${JSON.stringify(agent.name)}: name one by its id, which everruns agents list shows`);
  return agent;
}

/** The newest agent; made where there is none yet, so that the first word finds someone. */
export async function anyAgent(api: Api): Promise<Agent> {
  const { items } = await api.get<List<Agent>>("/v1/agents?limit=1");
  if (items[0]) return items[0];
  say("There is no agent yet: made one, named Assistant.");
  return api.post<Agent>("/v1/agents", {
    name: "Assistant",
    system_prompt: "You are a helpful assistant. Be brief and exact.",
    capabilities: ["current_time"],
  });
}

export async function newestSession(api: Api, agentId: string | undefined): Promise<Session> {
  const path = agentId === undefined ? "/v1/sessions" : `/v1/agents/${agentId}/sessions`;
  const { items } = await api.get<List<Session>>(`${path}?limit=1`);
  if (!items[0]) throw notFound("An earlier session");
  return items[0];
}
