import { and, count, desc, eq } from "drizzle-orm";
import { type Database, run, type Script, type Tx } from "@/database/database";
import type { Agent } from "@/domain/agent";
import { AgentDefinition, type AgentVersion } from "@/domain/agent-version";
import type { Page, PageQuery } from "@/http/lists";
import { notFound } from "@/platform/app-error";
import { type Clock, toTimestamp } from "@/platform/clock";

export type AgentVersionStore = ReturnType<typeof createAgentVersionStore>;

/** Every version that an agent ever had. Who may see the agent is asked before. */
export const createAgentVersionStore = ({ tables: { agentVersions } }: Pick<Database, "tables">, clock: Clock) => {
  const toVersion = (row: typeof agentVersions.$inferSelect): AgentVersion => ({
    agent_id: row.agentId,
    version: row.version,
    definition: row.definition,
    created_at: toTimestamp(row.createdAt),
    created_by: row.createdBy,
  });

  return {
    /** Remembers what the agent is now, unless its version is known. */
    *keep(tx: Tx, agent: Agent, userId: string | null): Script<void> {
      yield* run(
        tx.sql
          .insert(agentVersions)
          .values({
            agentId: agent.id,
            version: agent.version,
            definition: definitionOf(agent),
            createdAt: clock.now(),
            createdBy: userId,
          })
          .onConflictDoNothing(),
      );
    },

    *get({ sql }: Pick<Tx, "sql">, agentId: string, version: number): Script<AgentVersion> {
      const [row] = yield* run(
        sql
          .select()
          .from(agentVersions)
          .where(and(eq(agentVersions.agentId, agentId), eq(agentVersions.version, version))),
      );
      if (!row) throw notFound("Agent version");
      return toVersion(row);
    },

    *list({ sql }: Pick<Tx, "sql">, agentId: string, { offset, limit }: PageQuery): Script<Page<AgentVersion>> {
      const own = eq(agentVersions.agentId, agentId);
      const rows = yield* run(sql.select().from(agentVersions).where(own).orderBy(desc(agentVersions.version)).limit(limit).offset(offset));
      const [counted] = yield* run(sql.select({ total: count() }).from(agentVersions).where(own));
      return { items: rows.map(toVersion), total: counted!.total };
    },
  };
};

/** Its own fields are the definition's, and no others. */
export const definitionOf = (agent: Agent): AgentDefinition => AgentDefinition.parse(agent);
