import { actorOf } from "@/auth/request-actor";
import { AnsweredCalls, PostToolResults } from "@/domain/tool-result";
import type { Once } from "@/http/once";
import { doc, resource } from "@/http/resource";
import { addressOf, type UnderSession } from "@/http/under-session";
import type { ExpireCalls } from "@/turns/expire-calls";
import type { AnswerClientCall } from "./answer-client-call";

type Parts = { expireCalls: ExpireCalls; answerClientCall: AnswerClientCall; once: Once };

export const toolResultRoutes = ({ expireCalls, answerClientCall, once }: Parts, { prefix, suffix }: UnderSession) =>
  resource(`${prefix}/tool-results`, "approvals").post(
    "",
    async ({ params, body, request }) => {
      const actor = actorOf(request);
      await expireCalls();
      return once({ request, actor, body }, 200, (tx) => answerClientCall(tx, actor, addressOf(params), body));
    },
    {
      body: PostToolResults,
      detail: doc({
        operationId: `postToolResults${suffix}`,
        summary: "Answer calls of tools that the client runs",
        description:
          "The calls are in the events as `tool.started` with `runs_on: client`. The turn goes on at once. `already_answered` (409) once another answer was given.",
        answers: { 200: AnsweredCalls },
      }),
    },
  );
