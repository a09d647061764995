import type { Database, Script } from "@/database/database";
import { conflict } from "@/platform/app-error";
import type { BeginLogin, Ticket } from "./begin-login";
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
export const createNewAccount = ({ db, users, passwords, beginLogin }: Parts) => {
  /** What the kept answer is compared by. A wrong password goes the same way as the right one, so that no guess is worth it. */
  const proofOf = async (password: string, hash: string | null): Promise<string> =>
    (await passwords.verify(password, hash)) ? hash! : "another password";

  return async function createAccount({ email, password, name }: Input, isRepeated: boolean): Promise<Proven> {
    refuseWeakPassword(password, { email, name });
    const known = await db.read(() => users.findByEmail(db, email));
    if (known && !isRepeated) throw emailTaken();
    if (known) return { proof: await proofOf(password, known.passwordHash), begin: refuseTaken };

    const passwordHash = await passwords.hash(password);
    return {
      proof: passwordHash,
      begin: function* (tx) {
        return yield* beginLogin(tx, yield* users.create(tx, { email, name, passwordHash }));
      },
    };
  };
};

// biome-ignore lint/correctness/useYield: it does nothing but refuse
function* refuseTaken(): Script<Ticket> {
  throw emailTaken();
}

const emailTaken = () => conflict("There is an account with this email already: sign in instead", "email_taken");
