import { z } from "zod";
import { actorOf } from "@/auth/request-actor";
import type { Database, Script, Tx } from "@/database/database";
import { Agent, CreateAgent } from "@/domain/agent";
import { ImportAgent } from "@/domain/agent-version";
import type { Actor } from "@/domain/user";
import { sayIssue } from "@/http/issue-words";
import type { Once } from "@/http/once";
import { doc, resource } from "@/http/resource";
import { invalid } from "@/platform/app-error";
import { type AgentFile, readAgentFile, writeAgentFile } from "./agent-file";
import type { AgentStore } from "./agent-store";

/** Where models have the names that stand in files. */
export type ModelNames = { nameOf: (id: string) => Script<string | null>; idOf: (name: string) => Script<string | null> };

type Parts = {
  db: Database;
  agents: AgentStore;
  createAgent: (tx: Tx, actor: Actor, input: CreateAgent) => Script<Agent>;
  updateAgent: (tx: Tx, actor: Actor, id: string, input: CreateAgent) => Script<Agent>;
  models: ModelNames;
  checkCapabilities: (ids: readonly string[]) => void;
  once: Once;
};

/** An agent written as a file. */
export const agentExportRoutes = ({ db, agents, models }: Pick<Parts, "db" | "agents" | "models">) =>
  resource("/v1/agents/:agent_id/export", "agents").get(
    "",
    async ({ params, request }) => {
      const { agent, model } = await db.read(function* () {
        const found = yield* agents.get(db, actorOf(request), params.agent_id);
        return { agent: found, model: found.default_model_id === null ? null : yield* models.nameOf(found.default_model_id) };
      });
      const name = fileName(agent.name);
      return new Response(await writeAgentFile(agent, model), {
        headers: { "content-type": "text/markdown;charset=utf-8", "content-disposition": `attachment; filename="${name}.md"` },
      });
    },
    {
      detail: doc({
        operationId: "exportAgent",
        summary: "An agent as a Markdown file with YAML front matter",
        answers: { 200: { description: "The file", contentType: "text/markdown", schema: z.string() } },
      }),
    },
  );

/** An agent made from a file. */
export const agentImportRoutes = ({ createAgent, updateAgent, models, checkCapabilities, once }: Omit<Parts, "db" | "agents">) =>
  resource("/v1/agent-files", "agents").post(
    "",
    async ({ body, request }) => {
      const actor = actorOf(request);
      const file = await readAgentFile(body.markdown);
      return once({ request, actor, body }, 201, function* (tx) {
        const input = yield* inputOf(file, models);
        checkCapabilities(input.capabilities);
        return yield* body.agent_id == null ? createAgent(tx, actor, input) : updateAgent(tx, actor, body.agent_id, input);
      });
    },
    {
      body: ImportAgent,
      detail: doc({
        operationId: "importAgent",
        summary: "Make an agent from a Markdown file, or change one with it",
        description:
          "The front matter has `name` and may have `description`, `model` (`provider/model`), `capabilities` and `tags`; the text below it is the system prompt. Other keys are passed over.",
        answers: { 201: Agent },
      }),
    },
  );

function* inputOf({ model, system_prompt, ...file }: AgentFile, models: ModelNames): Script<CreateAgent> {
  const default_model_id = model == null ? null : yield* models.idOf(model);
  if (model != null && default_model_id === null) throw invalid("markdown names a model that is not here: GET /v1/llm-models lists them");
  const given = Object.fromEntries(Object.entries(file).filter(([, value]) => value != null));
  const read = CreateAgent.safeParse({ ...given, system_prompt, default_model_id });
  if (!read.success) throw invalid(`markdown: ${sayIssue(read.error.issues[0], "the file")}`);
  return read.data;
}

const fileName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 60) || "agent";
