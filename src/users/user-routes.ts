import { z } from "zod";
import { adminOf } from "@/auth/admin-only";
import type { By } from "@/auth/audit-log";
import { byOf } from "@/auth/by";
import type { MakeResetLink } from "@/auth/make-reset-link";
import type { UserStore } from "@/auth/user-store";
import type { Database } from "@/database/database";
import { Id } from "@/domain/common";
import { CreateUser, ManagedUser, NewManagedUser, ResetLink, UpdateUser } from "@/domain/managed-user";
import { envelope, listOf, PageQuery } from "@/http/lists";
import type { Once } from "@/http/once";
import { doc, resource } from "@/http/resource";
import type { createCreateUser } from "./create-user";
import type { ManagedUsers } from "./managed-users";
import type { createRemoveUser } from "./remove-user";
import type { createUpdateUser } from "./update-user";

const Filter = PageQuery.extend({ search: z.string().max(200).optional() });
const RemoveQuery = z.object({ transfer_to: Id.optional() });

type Parts = {
  db: Database;
  users: UserStore;
  managedUsers: ManagedUsers;
  createUser: ReturnType<typeof createCreateUser>;
  updateUser: ReturnType<typeof createUpdateUser>;
  removeUser: ReturnType<typeof createRemoveUser>;
  makeResetLink: MakeResetLink;
  once: Once;
};

const adminIn = (request: Request) => adminOf(request, "look after accounts");

/** Everyone's accounts, for admins. */
export const userRoutes = ({ db, users, managedUsers, createUser, updateUser, removeUser, makeResetLink, once }: Parts) => {
  const byAdmin = (request: Request): By => {
    adminIn(request);
    return byOf(request);
  };

  return resource("/v1/users", "users")
    .get(
      "",
      async ({ query, request }) => {
        adminIn(request);
        return envelope(await db.read(() => managedUsers.list(db, query.search, query)), query);
      },
      {
        query: Filter,
        detail: doc({
          operationId: "listUsers",
          summary: "List accounts, oldest first",
          answers: { 200: listOf("ManagedUser", ManagedUser) },
        }),
      },
    )
    .post(
      "",
      ({ body, request }) => {
        const by = byAdmin(request);
        return once({ request, actor: adminIn(request), body, isSecret: true }, 201, (tx) => createUser(tx, by, body));
      },
      {
        body: CreateUser,
        detail: doc({
          operationId: "createUser",
          summary: "Make an account; its owner chooses a password by the link in the answer",
          answers: { 201: NewManagedUser },
        }),
      },
    )
    .get(
      "/:id",
      ({ params, request }) => {
        adminIn(request);
        return db.read(() => managedUsers.get(db, params.id));
      },
      { detail: doc({ operationId: "getUser", summary: "Get an account", answers: { 200: ManagedUser } }) },
    )
    .patch(
      "/:id",
      ({ params, body, request }) => {
        const by = byAdmin(request);
        return db.transact((tx) => updateUser(tx, by, params.id, body));
      },
      {
        body: UpdateUser,
        detail: doc({
          operationId: "updateUser",
          summary: "Change the given fields of an account",
          description:
            "Whoever is disabled is signed out everywhere at once. The last active admin, and oneself, can't be demoted or disabled (409).",
          answers: { 200: ManagedUser },
        }),
      },
    )
    .delete(
      "/:id",
      async ({ params, query, request, status }) => {
        const by = byAdmin(request);
        await db.transact((tx) => removeUser(tx, by, params.id, query.transfer_to));
        return status(204, undefined);
      },
      {
        query: RemoveQuery,
        detail: doc({
          operationId: "deleteUser",
          summary: "Delete an account, with its agents and sessions",
          description:
            "`transfer_to` hands the agents and sessions to another user instead. Without, it is refused (409) while others have sessions with these agents.",
          answers: { 204: null },
        }),
      },
    )
    .post(
      "/:id/reset-link",
      ({ params, request }) => {
        const by = byAdmin(request);
        return once({ request, actor: adminIn(request), body: null, isSecret: true }, 201, function* (tx) {
          const { id } = yield* users.get(tx, params.id);
          return yield* makeResetLink(tx, by, id);
        });
      },
      {
        detail: doc({
          operationId: "createResetLink",
          summary: "Make a link with which someone chooses a new password, once, within a day",
          answers: { 201: ResetLink },
        }),
      },
    );
};
