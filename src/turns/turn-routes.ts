import { z } from "zod";
import { actorOf } from "@/auth/request-actor";
import type { Database } from "@/database/database";
import { Turn, TurnStatus } from "@/domain/turn";
import { envelope, listOf, PageQuery } from "@/http/lists";
import type { Once } from "@/http/once";
import { doc, resource } from "@/http/resource";
import { addressOf, type UnderSession } from "@/http/under-session";
import type { SessionStore } from "@/sessions/session-store";
import type { CancelTurn } from "./cancel-turn";
import type { TurnStore } from "./turn-store";

const Cancelling = z
  .object({ turn_id: z.string() })
  .meta({ id: "Cancelling", description: "The turn that was told to stop; `turn.cancelled` follows in the events." });

const Query = PageQuery.extend({ status: TurnStatus.optional().meta({ description: "Only turns with this status" }) });

type Parts = { db: Database; turns: TurnStore; sessions: SessionStore; cancelTurn: CancelTurn; once: Once };

export const turnRoutes = ({ db, turns, sessions, cancelTurn, once }: Parts, { prefix, suffix }: UnderSession) => {
  type Asking = { request: Request; params: { session_id: string; agent_id?: string }; body: unknown };
  const cancel = ({ request, params, body }: Asking, turnId: string | null) => {
    const actor = actorOf(request);
    return once({ request, actor, body }, 202, function* (tx) {
      const session = yield* sessions.get(actor, addressOf(params));
      return yield* cancelTurn(tx, session.id, turnId);
    });
  };

  return resource(prefix, "turns")
    .get(
      "/turns",
      async ({ params, query, request }) => {
        const page = await db.read(function* () {
          const session = yield* sessions.get(actorOf(request), addressOf(params));
          return yield* turns.list(db, session.id, query);
        });
        return envelope(page, query);
      },
      {
        query: Query,
        detail: doc({
          operationId: `listTurns${suffix}`,
          summary: "List a session's turns in the order in which they are taken",
          description: "`?status=queued` lists what waits: the message of each may still be changed or removed.",
          answers: { 200: listOf("Turn", Turn) },
        }),
      },
    )
    .get(
      "/turns/:turn_id",
      ({ params, request }) =>
        db.read(function* () {
          const session = yield* sessions.get(actorOf(request), addressOf(params));
          return yield* turns.get(db, session.id, params.turn_id);
        }),
      { detail: doc({ operationId: `getTurn${suffix}`, summary: "Get a turn", answers: { 200: Turn } }) },
    )
    .post("/turns/:turn_id/cancel", ({ params, body, request }) => cancel({ params, body, request }, params.turn_id), {
      detail: doc({ operationId: `cancelTurn${suffix}`, summary: "Stop a turn", answers: { 202: Cancelling } }),
    })
    .post("/cancel", ({ params, body, request }) => cancel({ params, body, request }, null), {
      detail: doc({
        operationId: `cancelRunningTurn${suffix}`,
        summary: "Stop whatever runs in the session",
        answers: { 202: Cancelling },
      }),
    });
};
