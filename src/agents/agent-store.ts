import { and, count, desc, eq, inArray, or, sql as raw, type SQL } from "drizzle-orm";
import { contains, hasTag } from "@/database/conditions";
import { type Database, prepare, run, type Script, type Tx } from "@/database/database";
import type { SealedColumn } from "@/database/reseal";
import type { Tables } from "@/database/schema";
import type { Agent, CreateAgent, UpdateAgent } from "@/domain/agent";
import type { GivenTool, HttpTool } from "@/domain/own-tool";
import type { Actor } from "@/domain/user";
import type { Page, PageQuery } from "@/http/lists";
import { AppError, invalid, notFound } from "@/platform/app-error";
import { type Clock, toTimestamp } from "@/platform/clock";
import { newId } from "@/platform/ids";
import type { Secret, SecretBox } from "@/platform/secrets";
import { openHeaders, placeOf, sealTools } from "./tool-secrets";

export type AgentFilter = { status: "active" | "archived" | "all"; search?: string | undefined; tag?: string | undefined };

export type AgentStore = ReturnType<typeof createAgentStore>;

/** Agents, each seen by its owner, by admins and, where it is shared, by everyone. To anybody else it does not exist. */
export const createAgentStore = ({ tables: { agents } }: Pick<Database, "tables">, clock: Clock, secrets: SecretBox) => {
  const owned = ({ user, isAdmin }: Actor): SQL | undefined => (isAdmin ? undefined : eq(agents.ownerId, user.id));
  const visible = (actor: Actor): SQL | undefined => (actor.isAdmin ? undefined : or(owned(actor), eq(agents.visibility, "shared")));

  const byId = prepare<{ id: string }, Tables["agents"]["$inferSelect"]>((sql) =>
    sql
      .select()
      .from(agents)
      .where(eq(agents.id, raw.placeholder("id")))
      .prepare(),
  );

  const access = prepare<{ id: string }, { ownerId: string; visibility: "private" | "shared" }>((sql) =>
    sql
      .select({ ownerId: agents.ownerId, visibility: agents.visibility })
      .from(agents)
      .where(eq(agents.id, raw.placeholder("id")))
      .prepare(),
  );

  /** Nobody is told whether an agent is missing or another's. */
  function* checkAgents({ sql }: Tx, actor: Actor, tools: readonly GivenTool[]): Script<void> {
    const ids = [...new Set(tools.flatMap((tool) => (tool.type === "agent" ? [tool.agent_id] : [])))];
    if (ids.length === 0) return;
    const seen = yield* run(
      sql
        .select({ id: agents.id })
        .from(agents)
        .where(and(inArray(agents.id, ids), visible(actor))),
    );
    if (seen.length < ids.length) throw invalid("tools must name agents that are there and that you may use");
  }

  return {
    /** Of these agents, those that the owner of a session may use now. */
    *usableBy({ sql }: Pick<Tx, "sql">, ownerId: string, ids: readonly string[]): Script<Set<string>> {
      if (ids.length === 0) return new Set();
      const isAdmin = raw`exists (select 1 from users where users.id = ${ownerId} and users.roles like '%"admin"%')`;
      const mayUse = or(eq(agents.ownerId, ownerId), eq(agents.visibility, "shared"), isAdmin);
      const rows = yield* run(
        sql
          .select({ id: agents.id })
          .from(agents)
          .where(and(inArray(agents.id, [...ids]), eq(agents.status, "active"), mayUse)),
      );
      return new Set(rows.map(({ id }) => id));
    },

    *create(tx: Tx, actor: Actor, input: CreateAgent): Script<Agent> {
      const now = clock.now();
      const id = newId();
      yield* checkAgents(tx, actor, input.tools);
      const { tools, sealed } = sealTools(secrets, id, input.tools, {});
      const [row] = yield* run(
        tx.sql
          .insert(agents)
          .values({
            id,
            ownerId: actor.user.id,
            name: input.name,
            description: input.description ?? null,
            systemPrompt: input.system_prompt,
            defaultModelId: input.default_model_id ?? null,
            fallbackModelId: input.fallback_model_id ?? null,
            capabilities: input.capabilities,
            tools,
            toolSecrets: sealed,
            toolPolicies: input.tool_policies ?? null,
            tags: input.tags,
            version: 1,
            visibility: input.visibility,
            status: "active",
            createdAt: now,
            updatedAt: now,
          })
          .returning(),
      );
      return toAgent(row!);
    },

    *list({ sql }: Pick<Tx, "sql">, actor: Actor, { status, search, tag }: AgentFilter, { offset, limit }: PageQuery): Script<Page<Agent>> {
      const wanted = and(
        visible(actor),
        status === "all" ? undefined : eq(agents.status, status),
        search ? contains(search, agents.name, agents.description) : undefined,
        tag ? hasTag(agents.tags, tag) : undefined,
      );
      const rows = yield* run(
        sql.select().from(agents).where(wanted).orderBy(desc(agents.createdAt), desc(agents.id)).limit(limit).offset(offset),
      );
      const [counted] = yield* run(sql.select({ total: count() }).from(agents).where(wanted));
      return { items: rows.map(toAgent), total: counted!.total };
    },

    *get({ sql }: Pick<Tx, "sql">, actor: Actor, id: string): Script<Agent> {
      const [row] = yield* run(
        sql
          .select()
          .from(agents)
          .where(and(eq(agents.id, id), visible(actor))),
      );
      if (!row) throw notFound("Agent");
      return toAgent(row);
    },

    /** For a turn, whose right to run was checked when its message was posted. */
    *getUnchecked(id: string): Script<Agent> {
      const [row] = yield* byId({ id });
      if (!row) throw notFound("Agent");
      return toAgent(row);
    },

    /** For a session that is the caller's: throws when its agent was shared with them once and is not any more. */
    *checkUsable({ user, isAdmin }: Actor, id: string): Script<void> {
      const [row] = yield* access({ id });
      if (isAdmin || row?.ownerId === user.id || row?.visibility === "shared") return;
      throw new AppError("forbidden", "The agent of this session is not shared with you any more", { code: "agent_not_shared" });
    },

    /** Whether its owner is an admin, who may let it reach what is not public. */
    *isOfAdmin({ sql }: Pick<Tx, "sql">, id: string): Script<boolean> {
      const isAdmins = raw`exists (select 1 from users where users.id = ${agents.ownerId} and users.roles like '%"admin"%')`;
      const rows = yield* run(
        sql
          .select({ id: agents.id })
          .from(agents)
          .where(and(eq(agents.id, id), isAdmins)),
      );
      return rows.length > 0;
    },

    /** What a tool's headers are when it is called; null when a secret among them is not set. */
    *headersFor(id: string): Script<(tool: HttpTool) => Record<string, string | Secret> | null> {
      const [row] = yield* byId({ id });
      return (tool) => openHeaders(secrets, id, tool, row?.toolSecrets ?? {});
    },

    *update(tx: Tx, actor: Actor, id: string, input: UpdateAgent): Script<Agent> {
      yield* checkAgents(tx, actor, input.tools ?? []);
      const [before] = yield* byId({ id });
      const kept = input.tools && sealTools(secrets, id, input.tools, before?.toolSecrets ?? {});
      const [row] = yield* run(
        tx.sql
          .update(agents)
          .set({
            name: input.name,
            description: input.description,
            systemPrompt: input.system_prompt,
            defaultModelId: input.default_model_id,
            fallbackModelId: input.fallback_model_id,
            ...(input.default_model_id === undefined ? {} : { lostModel: null }),
            capabilities: input.capabilities,
            tools: kept?.tools,
            toolSecrets: kept?.sealed,
            toolPolicies: input.tool_policies,
            tags: input.tags,
            visibility: input.visibility,
            status: input.status,
            updatedAt: clock.now(),
          })
          .where(and(eq(agents.id, id), owned(actor)))
          .returning(),
      );
      if (!row) throw notFound("Agent");
      return toAgent(row);
    },

    *setVersion(tx: Tx, id: string, version: number): Script<Agent> {
      const [row] = yield* run(tx.sql.update(agents).set({ version }).where(eq(agents.id, id)).returning());
      return toAgent(row!);
    },

    /** These models are about to be deleted. A provider may have thousands: only those that agents point at cost a search. */
    *loseModels(tx: Tx, models: readonly { id: string; name: string }[]): Script<void> {
      const pointers = { default: agents.defaultModelId, fallback: agents.fallbackModelId };
      const rows = yield* run(tx.sql.selectDistinct(pointers).from(agents));
      const used = new Set(rows.flatMap((row) => [row.default, row.fallback]));
      for (const { id, name } of models.filter(({ id }) => used.has(id))) {
        yield* run(tx.sql.update(agents).set({ fallbackModelId: null }).where(eq(agents.fallbackModelId, id)));
        yield* run(tx.sql.update(agents).set({ defaultModelId: null, lostModel: name }).where(eq(agents.defaultModelId, id)));
      }
    },

    /** Hides it from lists; its sessions stay readable. What is archived already is not found. */
    *archive(tx: Tx, actor: Actor, id: string): Script<void> {
      const { status } = yield* this.get(tx, actor, id);
      if (status === "archived") throw notFound("Agent");
      yield* this.update(tx, actor, id, { status: "archived" });
    },

    /** Archived ones too. */
    *idsOf({ sql }: Pick<Tx, "sql">, userId: string): Script<string[]> {
      const rows = yield* run(sql.select({ id: agents.id }).from(agents).where(eq(agents.ownerId, userId)));
      return rows.map(({ id }) => id);
    },

    /** Hands over everything that one user has to another. */
    *transfer(tx: Tx, fromUserId: string, toUserId: string): Script<void> {
      yield* run(tx.sql.update(agents).set({ ownerId: toUserId }).where(eq(agents.ownerId, fromUserId)).returning({ id: agents.id }));
    },
  };
};

/** The secret headers of agents' tools. */
export const sealedToolHeaders = ({ agents }: Tables): SealedColumn =>
  function* sealedToolHeaders(tx) {
    const rows = yield* run(tx.sql.select({ id: agents.id, tools: agents.tools, kept: agents.toolSecrets }).from(agents));
    return rows.flatMap(({ id, tools, kept }) =>
      (tools ?? [])
        .filter((tool) => tool.type === "http")
        .flatMap((tool) =>
          Object.entries(kept?.[tool.name] ?? {}).map(([header, sealed]) => ({
            sealed,
            context: placeOf(id, tool, header),
            *replace(resealed: string): Script<void> {
              kept![tool.name]![header] = resealed;
              yield* run(tx.sql.update(agents).set({ toolSecrets: kept }).where(eq(agents.id, id)));
            },
          })),
        ),
    );
  };

const toAgent = (row: Tables["agents"]["$inferSelect"]): Agent => ({
  id: row.id,
  name: row.name,
  description: row.description,
  system_prompt: row.systemPrompt,
  default_model_id: row.defaultModelId,
  fallback_model_id: row.fallbackModelId,
  lost_model: row.lostModel,
  capabilities: row.capabilities,
  tools: row.tools ?? [],
  tool_policies: row.toolPolicies,
  tags: row.tags,
  version: row.version,
  visibility: row.visibility,
  status: row.status,
  created_at: toTimestamp(row.createdAt),
  updated_at: toTimestamp(row.updatedAt),
});
