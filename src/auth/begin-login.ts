import type { Script, Tx } from "@/database/database";
import type { User } from "@/domain/user";
import { AppError } from "@/platform/app-error";
import type { LoginRow, LoginStore } from "./login-store";
import { toUser, type UserRow } from "./user-store";

/** What a pair of tokens is signed from. Holds nothing secret, so that it may be kept and the same pair signed again. */
export type Ticket = { login: Pick<LoginRow, "id" | "generation" | "rotatedAt">; user: User };

export type BeginLogin = ReturnType<typeof createBeginLogin>;

/** Signs someone in whose identity is proven: the answer is made of the ticket after the commit (`login-answers`). */
export const createBeginLogin = ({ logins, isWelcome }: { logins: LoginStore; isWelcome: (user: UserRow) => boolean }) =>
  function* beginLogin(tx: Tx, user: UserRow): Script<Ticket> {
    if (!isWelcome(user)) throw new AppError("forbidden", "This account may not sign in here: ask an admin", { code: "account_disabled" });
    return ticketOf(yield* logins.create(tx, user.id), user);
  };

export const ticketOf = ({ id, generation, rotatedAt }: LoginRow, user: UserRow): Ticket => ({
  login: { id, generation, rotatedAt },
  user: toUser(user),
});
