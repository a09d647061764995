import { z } from "zod";
import { actorOf } from "@/auth/request-actor";
import type { Database } from "@/database/database";
import { UsageGroup, UsageGrouping } from "@/domain/usage-group";
import { envelope, listOf, PageQuery, pageOf } from "@/http/lists";
import { doc, resource } from "@/http/resource";
import type { Clock } from "@/platform/clock";
import type { UsageStore } from "./usage-store";

const DAY_MS = 24 * 3_600_000;
const DEFAULT_DAYS = 30;

const Day = z.iso.date({ error: "must be a date such as 2026-01-31" });

const Query = PageQuery.extend({
  group_by: UsageGrouping.default("day"),
  from: Day.optional().meta({ description: "First day, in UTC; 30 days ago when absent" }),
  to: Day.optional().meta({ description: "Last day, included; today when absent" }),
});

export const usageRoutes = ({ db, usage, clock }: { db: Database; usage: UsageStore; clock: Clock }) =>
  resource("/v1/usage", "usage").get(
    "",
    async ({ query, request }) => {
      const dayOf = (moment: number) => new Date(moment).toISOString().slice(0, 10);
      const to = query.to ?? dayOf(clock.now());
      const from = query.from ?? dayOf(Date.parse(to) - (DEFAULT_DAYS - 1) * DAY_MS);
      const groups = await db.read(() => usage.sum(db, actorOf(request), { groupBy: query.group_by, from, to }));
      return envelope(pageOf(groups, query), query);
    },
    {
      query: Query,
      detail: doc({
        operationId: "getUsage",
        summary: "Tokens, cost, turns and failures by day, agent, model or user",
        description: "Admins see everyone's, others their own. What a deleted session used stays counted.",
        answers: { 200: listOf("UsageGroup", UsageGroup) },
      }),
    },
  );
