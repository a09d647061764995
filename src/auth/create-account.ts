import type { Database } from "@/database/database";
import { conflict } from "@/platform/app-error";
import type { BeginLogin } from "./begin-login";
import { type Passwords, refuseWeakPassword } from "./passwords";
import type { Proven } from "./sign-in";
import type { UserStore } from "./user-store";

type Parts = { db: Database; users: UserStore; passwords: Passwords; beginLogin: BeginLogin };
type Input = { email: string; password: string; name: string };

export type CreateAccount = ReturnType<typeof createNewAccount>;

/**
 * Makes an account with a password and signs it in; the first one of a server is an admin. `isRepeated`: the client may be asking again
 * what was done already, and whoever knows the password gets as far as the kept answer. Throws for a weak password and a known address.
 */
export const createNewAccount = ({ db, users, passwords, beginLogin }: Parts) =>
  async function createAccount({ email, password, name }: Input, isRepeated: boolean): Promise<Proven> {
    refuseWeakPassword(password, { email, name });
    const known = await db.read(() => users.findByEmail(db, email));
    const isOwn = known !== undefined && isRepeated && (await passwords.verify(password, known.passwordHash));
    if (known && !isOwn) throw conflict("There is an account with this email already: sign in instead", "email_taken");

    const passwordHash = known?.passwordHash ?? (await passwords.hash(password));
    return {
      proof: passwordHash,
      begin: function* (tx) {
        return yield* beginLogin(tx, yield* users.create(tx, { email, name, passwordHash }));
      },
    };
  };
