import { z } from "zod";
import { actorOf } from "@/auth/request-actor";
import type { Database } from "@/database/database";
import { Approval, ApprovalRule, ApprovalStatus, DecideApproval } from "@/domain/approval";
import { envelope, listOf, PageQuery } from "@/http/lists";
import type { Once } from "@/http/once";
import { doc, resource } from "@/http/resource";
import { addressOf, type UnderSession } from "@/http/under-session";
import type { AwaitedCallStore } from "@/turns/awaited-call-store";
import type { ExpireCalls } from "@/turns/expire-calls";
import type { ApprovalRuleStore } from "./approval-rule-store";
import type { CheckArguments } from "./check-arguments";
import type { DecideOnCall } from "./decide-approval";

const Query = PageQuery.extend({ status: z.enum([...ApprovalStatus.options, "all"]).default("pending") });

type Parts = {
  db: Database;
  awaitedCalls: AwaitedCallStore;
  rules: ApprovalRuleStore;
  expireCalls: ExpireCalls;
  checkArguments: CheckArguments;
  decideApproval: DecideOnCall;
  once: Once;
};

/** The inbox: what waits for a person, over all sessions. */
export const approvalRoutes = ({ db, awaitedCalls, expireCalls }: Parts) =>
  resource("/v1/approvals", "approvals")
    .get(
      "",
      async ({ query, request }) => {
        await expireCalls();
        return envelope(await db.read(() => awaitedCalls.listApprovals(db, actorOf(request), query.status, query)), query);
      },
      {
        query: Query,
        detail: doc({
          operationId: "listApprovals",
          summary: "List tool calls that wait for a person's approval, newest first",
          description: "Over all sessions that the caller may see; the pending ones unless `status` says otherwise.",
          answers: { 200: listOf("Approval", Approval) },
        }),
      },
    )
    .get(
      "/:approval_id",
      async ({ params, request }) => {
        await expireCalls();
        return db.read(() => awaitedCalls.getApproval(db, actorOf(request), params.approval_id));
      },
      { detail: doc({ operationId: "getApproval", summary: "Get an approval", answers: { 200: Approval } }) },
    );

/** What need not be asked about again. */
export const approvalRuleRoutes = ({ db, rules }: Parts) =>
  resource("/v1/approval-rules", "approvals")
    .get("", async ({ query, request }) => envelope(await db.read(() => rules.list(db, actorOf(request), query)), query), {
      query: PageQuery,
      detail: doc({
        operationId: "listApprovalRules",
        summary: "List the tools that need not be asked about, newest first",
        answers: { 200: listOf("ApprovalRule", ApprovalRule) },
      }),
    })
    .delete(
      "/:rule_id",
      async ({ params, request, status }) => {
        await db.transact((tx) => rules.remove(tx, actorOf(request), params.rule_id));
        return status(204, undefined);
      },
      { detail: doc({ operationId: "deleteApprovalRule", summary: "Be asked about a tool again", answers: { 204: null } }) },
    );

/** A person's decision. */
export const sessionApprovalRoutes = ({ expireCalls, checkArguments, decideApproval, once }: Parts, { prefix, suffix }: UnderSession) =>
  resource(`${prefix}/approvals`, "approvals").post(
    "/:approval_id",
    async ({ params, body, request }) => {
      const actor = actorOf(request);
      const address = addressOf(params);
      await expireCalls();
      await checkArguments(actor, address, params.approval_id, body);
      return once({ request, actor, body }, 200, (tx) => decideApproval(tx, actor, address, params.approval_id, body));
    },
    {
      body: DecideApproval,
      detail: doc({
        operationId: `decideApproval${suffix}`,
        summary: "Approve or deny a tool call",
        description:
          "The turn goes on with it at once. `arguments` changes what is run; the log shows both, and the model is told. `already_decided` (409) once it was decided otherwise, has expired or its turn is over.",
        answers: { 200: Approval },
      }),
    },
  );
