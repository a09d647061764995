import { z } from "zod";
import { actorOf } from "@/auth/request-actor";
import type { Database } from "@/database/database";
import { Id } from "@/domain/common";
import { CreateMessage, Message, UpdateMessage } from "@/domain/message";
import { ErrorBody } from "@/http/errors";
import { listAnswer, slicesOf } from "@/http/list-answer";
import { listOf, PageQuery } from "@/http/lists";
import type { Once } from "@/http/once";
import type { RateLimits } from "@/http/rate-limits";
import { doc, resource } from "@/http/resource";
import { addressOf, type UnderSession } from "@/http/under-session";
import type { SessionStore } from "@/sessions/session-store";
import type { MessageLog } from "./message-log";
import type { PostMessage } from "./post-message";
import type { RemoveMessage } from "./remove-message";
import type { RetryMessage } from "./retry-message";
import type { UpdateQueued } from "./update-message";

const Retrying = z
  .object({ turn_id: Id, message_id: Id })
  .meta({ id: "Retrying", description: "The new turn, and its message, which repeats the one that is asked again." });

type Parts = {
  db: Database;
  messages: MessageLog;
  sessions: SessionStore;
  postMessage: PostMessage;
  retryMessage: RetryMessage;
  updateMessage: UpdateQueued;
  removeMessage: RemoveMessage;
  once: Once;
  rateLimits: Pick<RateLimits, "postMessage">;
};

export const messageRoutes = (
  { db, messages, sessions, postMessage, retryMessage, updateMessage, removeMessage, once, rateLimits }: Parts,
  { prefix, suffix }: UnderSession,
) =>
  resource(`${prefix}/messages`, "messages")
    .post(
      "",
      ({ params, body, request }) => {
        const actor = actorOf(request);
        rateLimits.postMessage(actor.user.id);
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
        const { id, places, total } = await db.read(function* () {
          const { id } = yield* sessions.get(actorOf(request), addressOf(params));
          return { id, ...(yield* messages.list(db, id, query)) };
        });
        const write = async (slice: readonly number[]) =>
          (await db.read(() => messages.at(db, id, slice))).map((one) => JSON.stringify(one));
        return listAnswer({ slices: slicesOf(places), total, write }, query);
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
    )
    .patch(
      "/:message_id",
      ({ params, body, request }) => db.transact((tx) => updateMessage(tx, actorOf(request), addressOf(params), params.message_id, body)),
      {
        body: UpdateMessage,
        detail: doc({
          operationId: `updateMessage${suffix}`,
          summary: "Change a message that still waits in the queue",
          description:
            "The answer is another message, with a new id and turn, at the same place in the queue; the old turn is cancelled. `already_started` (409) once its turn has begun.",
          answers: { 200: Message },
        }),
      },
    )
    .delete(
      "/:message_id",
      async ({ params, request, status }) => {
        await db.transact((tx) => removeMessage(tx, actorOf(request), addressOf(params), params.message_id));
        return status(204, undefined);
      },
      {
        detail: doc({
          operationId: `deleteMessage${suffix}`,
          summary: "Take back a message that still waits in the queue",
          description:
            "Its turn is cancelled before it begins; the model never reads the message. `already_started` (409) once its turn has begun.",
          answers: { 204: null, 409: ErrorBody },
        }),
      },
    )
    .post(
      "/:message_id/retry",
      ({ params, body, request }) => {
        const actor = actorOf(request);
        rateLimits.postMessage(actor.user.id);
        return once({ request, actor, body }, 202, (tx) => retryMessage(tx, actor, addressOf(params), params.message_id));
      },
      {
        detail: doc({
          operationId: `retryMessage${suffix}`,
          summary: "Ask again what a failed or cancelled turn was asked",
          description:
            "In a new turn at the end of the conversation, whose message says which it repeats in `metadata.retry_of`. The model is shown what was done before, but not the failure. 409: `turn_open` while the last attempt is not over, `already_answered` once one was completed.",
          answers: { 202: Retrying },
        }),
      },
    );
