import { z } from "zod";
import { actorOf } from "@/auth/request-actor";
import type { Database } from "@/database/database";
import { UsageFilter, UsageGroup, UsageGrouping } from "@/domain/usage-group";
import { envelope, inDigits, listOf, PageQuery, pageOf } from "@/http/lists";
import { doc, resource } from "@/http/resource";
import type { Clock } from "@/platform/clock";
import { addDays, dayOf, everyDay } from "./every-day";
import type { UsageStore } from "./usage-store";

const DEFAULT_DAYS = 30;

const Day = z.iso.date({ error: "must be a date such as 2026-01-31" });

const Query = PageQuery.extend({
  group_by: UsageGrouping.default("day"),
  ...UsageFilter.shape,
  days: inDigits(z.int().min(1).max(3660).default(DEFAULT_DAYS)).meta({ description: "So many days, up to `to`; `from` goes before it" }),
  from: Day.optional().meta({ description: "First day, in UTC" }),
  to: Day.optional().meta({ description: "Last day, included; today when absent" }),
  include_empty: z
    .enum(["true", "false"])
    .default("false")
    .meta({ description: "With `group_by=day`: list days on which nothing was used, too" }),
});

export const usageRoutes = ({ db, usage, clock }: { db: Database; usage: UsageStore; clock: Clock }) =>
  resource("/v1/usage", "usage").get(
    "",
    async ({ query, request }) => {
      const { group_by: groupBy, days, include_empty, ...filter } = query;
      const to = query.to ?? dayOf(clock.now());
      const range = { from: query.from ?? addDays(to, 1 - days), to };
      const groups = await db.read(() => usage.sum(db, actorOf(request), { ...filter, groupBy, ...range }));
      const isWhole = include_empty === "true" && groupBy === "day";
      return envelope(isWhole ? everyDay(groups, range, query) : pageOf(groups, query), query);
    },
    {
      query: Query,
      detail: doc({
        operationId: "getUsage",
        summary: "Tokens, cost, turns and failures by day, agent, model or user",
        description:
          "Admins see everyone's, others their own. Of the last 30 days unless `days` or `from` says otherwise; `agent_id`, `model` and `user_id` count only what was used by them. What a deleted session used stays counted.",
        answers: { 200: listOf("UsageGroup", UsageGroup) },
      }),
    },
  );
