import { ResetPassword, UpdateMe } from "@/domain/managed-user";
import { User } from "@/domain/user";
import { clientAddress } from "@/http/client-address";
import { doc, resource } from "@/http/resource";
import { AppError } from "@/platform/app-error";
import type { ChangeAccount } from "./change-account";
import { actorOf } from "./request-actor";
import type { ResetPasswordOnce } from "./reset-password";

type Parts = {
  changeAccount: ChangeAccount;
  resetPassword: ResetPasswordOnce;
  /** Without accounts there is nothing to change; the one account of mode admin is the configuration's. */
  hasOwnAccounts: boolean;
  isPasswordEnabled: boolean;
};

/** One's own account: its name, and its password by the one before or by a link. */
export const accountRoutes = (
  { changeAccount, resetPassword, hasOwnAccounts, isPasswordEnabled }: Parts,
  prefix: "/api/auth" | "/v1/auth",
) => {
  const suffix = prefix === "/v1/auth" ? "V1" : "";

  function refuse(wantsPassword: boolean): void {
    if (!hasOwnAccounts)
      throw new AppError(
        "forbidden",
        "Accounts are not kept here: without any there is none to change, and that of mode admin is the configuration's",
        {
          code: "auth_disabled",
        },
      );
    if (wantsPassword && !isPasswordEnabled)
      throw new AppError("forbidden", "This server has no passwords: sign in with one of its providers", { code: "password_disabled" });
  }

  return resource(prefix as "/api/auth", "auth")
    .patch(
      "/me",
      ({ body, request }) => {
        const actor = actorOf(request);
        refuse(body.password != null);
        if (actor.credential.kind !== "login")
          throw new AppError("forbidden", "One's own account is changed by whoever is signed in: an API key can't do it");
        return changeAccount(actor, clientAddress(request), body);
      },
      {
        body: UpdateMe,
        detail: doc({
          operationId: `updateMe${suffix}`,
          summary: "Change one's own name or password",
          description: "A new password needs the current one, and signs the account out everywhere else.",
          answers: { 200: User },
        }),
      },
    )
    .post(
      "/reset-password",
      async ({ body, request, status }) => {
        refuse(true);
        await resetPassword(clientAddress(request), body);
        return status(204, undefined);
      },
      {
        body: ResetPassword,
        detail: doc({
          operationId: `resetPassword${suffix}`,
          summary: "Choose a new password by a link that an admin made; it works once",
          answers: { 204: null },
          isPublic: true,
        }),
      },
    );
};
