import { actorOf } from "@/auth/request-actor";
import type { Database } from "@/database/database";
import { CreateMessage, Message } from "@/domain/message";
import { envelope, listOf, PageQuery } from "@/http/lists";
import type { Once } from "@/http/once";
import { doc, resource } from "@/http/resource";
import { addressOf, type UnderSession } from "@/http/under-session";
import type { SessionStore } from "@/sessions/session-store";
import type { MessageLog } from "./message-log";
import type { PostMessage } from "./post-message";

type Parts = { db: Database; messages: MessageLog; sessions: SessionStore; postMessage: PostMessage; once: Once };

export const messageRoutes = ({ db, messages, sessions, postMessage, once }: Parts, { prefix, suffix }: UnderSession) =>
  resource(`${prefix}/messages`, "messages")
    .post(
      "",
      ({ params, body, request }) => {
        const actor = actorOf(request);
        return once({ request, actor, body }, 201, (tx) => postMessage(tx, actor, addressOf(params), body));
      },
      {
        body: CreateMessage,
        detail: doc({
          operationId: `createMessage${suffix}`,
          summary: "Post a message; the agent answers it in a turn of its own",
          description: "Durable before the answer. The turn runs whether or not anyone listens; follow it in the session's events.",
          answers: { 201: Message },
        }),
      },
    )
    .get(
      "",
      async ({ params, query, request }) => {
        const page = await db.read(function* () {
          const session = yield* sessions.get(actorOf(request), addressOf(params));
          return yield* messages.list(db, session.id, query);
        });
        return envelope(page, query);
      },
      {
        query: PageQuery,
        detail: doc({
          operationId: `listMessages${suffix}`,
          summary: "List a session's messages by sequence",
          answers: { 200: listOf("Message", Message) },
        }),
      },
    )
    .get(
      "/:message_id",
      ({ params, request }) =>
        db.read(function* () {
          const session = yield* sessions.get(actorOf(request), addressOf(params));
          return yield* messages.get(db, session.id, params.message_id);
        }),
      { detail: doc({ operationId: `getMessage${suffix}`, summary: "Get a message", answers: { 200: Message } }) },
    );
