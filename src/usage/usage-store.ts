import { and, desc, eq, gte, lte, sql as raw, type SQL } from "drizzle-orm";
import { type Database, prepare, run, type Script, type Tx } from "@/database/database";
import type { Usage } from "@/domain/usage";
import type { UsageFilter, UsageGroup, UsageGrouping } from "@/domain/usage-group";
import type { Actor } from "@/domain/user";
import type { Clock } from "@/platform/clock";

/** Whose it is; the day is added when it is kept, in UTC. */
export type UsageOwner = { agentId: string; userId: string; model: string };

export type UsageStore = ReturnType<typeof createUsageStore>;

/**
 * What was used, by day, agent, user and model: added to in the transaction of the events that say so, so that it is exact after any
 * crash, and kept when a session is deleted, for it was paid for.
 */
export const createUsageStore = ({ tables: { usageByDay, agents, users } }: Pick<Database, "tables">, clock: Clock) => {
  const added = (column: string) => raw`${raw.identifier(column)} + ${raw.identifier(`excluded`)}.${raw.identifier(column)}`;
  const add = prepare<Record<string, string | number | null>, { day: string }>((sql) =>
    sql
      .insert(usageByDay)
      .values({
        day: raw.placeholder("day"),
        agentId: raw.placeholder("agentId"),
        userId: raw.placeholder("userId"),
        model: raw.placeholder("model"),
        inputTokens: raw.placeholder("inputTokens"),
        outputTokens: raw.placeholder("outputTokens"),
        cacheReadTokens: raw.placeholder("cacheReadTokens"),
        cacheWriteTokens: raw.placeholder("cacheWriteTokens"),
        reasoningTokens: raw.placeholder("reasoningTokens"),
        costUsd: raw.placeholder("costUsd"),
        modelCalls: raw.placeholder("modelCalls"),
        turns: raw.placeholder("turns"),
        failures: raw.placeholder("failures"),
      })
      .onConflictDoUpdate({
        target: [usageByDay.day, usageByDay.agentId, usageByDay.userId, usageByDay.model],
        set: {
          inputTokens: added("input_tokens"),
          outputTokens: added("output_tokens"),
          cacheReadTokens: added("cache_read_tokens"),
          cacheWriteTokens: added("cache_write_tokens"),
          reasoningTokens: added("reasoning_tokens"),
          costUsd: raw`case when excluded.cost_usd is null then cost_usd else coalesce(cost_usd, 0) + excluded.cost_usd end`,
          modelCalls: added("model_calls"),
          turns: added("turns"),
          failures: added("failures"),
        },
      })
      .returning({ day: usageByDay.day })
      .prepare(),
  );
  const today = () => new Date(clock.now()).toISOString().slice(0, 10);

  return {
    *addModelCall(owner: UsageOwner, usage: Usage, costUsd: number | null): Script<void> {
      yield* add({ ...nothing, ...owner, ...columnsOf(usage), day: today(), costUsd, modelCalls: 1 });
    },

    *addTurn(owner: UsageOwner, hasFailed: boolean): Script<void> {
      yield* add({ ...nothing, ...owner, day: today(), turns: 1, failures: hasFailed ? 1 : 0 });
    },

    /** Sums from one day to another, both included; days in order, the others by what they cost and used. */
    *sum(
      { sql }: Pick<Tx, "sql">,
      { user, isAdmin }: Actor,
      { groupBy, from, to, ...only }: UsageFilter & { groupBy: UsageGrouping; from: string; to: string },
    ): Script<UsageGroup[]> {
      const key = { day: usageByDay.day, agent: usageByDay.agentId, model: usageByDay.model, user: usageByDay.userId }[groupBy];
      const rows = yield* run(
        sql
          .select({
            key: raw<string>`${key}`,
            name: raw<string>`coalesce(${groupBy === "agent" ? agents.name : groupBy === "user" ? users.email : key}, ${key})`,
            input_tokens: total(usageByDay.inputTokens),
            output_tokens: total(usageByDay.outputTokens),
            cache_read_tokens: total(usageByDay.cacheReadTokens),
            cache_write_tokens: total(usageByDay.cacheWriteTokens),
            reasoning_tokens: total(usageByDay.reasoningTokens),
            cost_usd: raw<number | null>`sum(${usageByDay.costUsd})`,
            model_calls: total(usageByDay.modelCalls),
            unpriced_calls: raw<number>`sum(case when ${usageByDay.costUsd} is null then ${usageByDay.modelCalls} else 0 end)`,
            turns: total(usageByDay.turns),
            failures: total(usageByDay.failures),
          })
          .from(usageByDay)
          .leftJoin(agents, eq(agents.id, usageByDay.agentId))
          .leftJoin(users, eq(users.id, usageByDay.userId))
          .where(
            and(
              gte(usageByDay.day, from),
              lte(usageByDay.day, to),
              isAdmin ? undefined : eq(usageByDay.userId, user.id),
              only.agent_id === undefined ? undefined : eq(usageByDay.agentId, only.agent_id),
              only.model === undefined ? undefined : eq(usageByDay.model, only.model),
              only.user_id === undefined ? undefined : eq(usageByDay.userId, only.user_id),
            ),
          )
          .groupBy(key)
          .orderBy(...(groupBy === "day" ? [raw`1`] : [desc(raw`coalesce(sum(${usageByDay.costUsd}), 0)`), desc(raw`3`)])),
      );
      return rows;
    },
  };
};

const nothing = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  costUsd: null,
  modelCalls: 0,
  turns: 0,
  failures: 0,
};

const columnsOf = (usage: Usage) => ({
  inputTokens: usage.input_tokens,
  outputTokens: usage.output_tokens,
  cacheReadTokens: usage.cache_read_tokens,
  cacheWriteTokens: usage.cache_write_tokens,
  reasoningTokens: usage.reasoning_tokens,
});

const total = (column: unknown): SQL<number> => raw<number>`sum(${column})`;
