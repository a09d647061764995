import type { Database, Script } from "@/database/database";
import { conflict } from "@/platform/app-error";
import type { AuditLog } from "./audit-log";
import type { BeginLogin, Ticket } from "./begin-login";
import type { FirstAdmin } from "./first-admin";
import { type Passwords, refuseWeakPassword } from "./passwords";
import type { Proven } from "./sign-in";
import type { UserStore } from "./user-store";

type Parts = { db: Database; users: UserStore; passwords: Passwords; beginLogin: BeginLogin; firstAdmin: FirstAdmin; auditLog: AuditLog };
type Input = { email: string; password: string; name: string; setup_token?: string | null | undefined };
type Came = { address: string | null; isRepeated: boolean };

export type CreateAccount = ReturnType<typeof createNewAccount>;

/**
 * Makes an account with a password and signs it in; the first one of a server is an admin. `isRepeated`: the client may be asking again
 * what was done already, and whoever knows the password gets as far as the kept answer. Throws for a weak password and a known address.
 */
export const createNewAccount = ({ db, users, passwords, beginLogin, firstAdmin, auditLog }: Parts) => {
  /** What the kept answer is compared by. A wrong password goes the same way as the right one, so that no guess is worth it. */
  const proofOf = async (password: string, hash: string | null): Promise<string> =>
    (await passwords.verify(password, hash)) ? hash! : "another password";

  return async function createAccount({ email, password, name, setup_token }: Input, { address, isRepeated }: Came): Promise<Proven> {
    refuseWeakPassword(password, { email, name });
    const known = await db.read(() => users.findByEmail(db, email));
    if (known && !isRepeated) throw emailTaken();
    if (known) return { proof: await proofOf(password, known.passwordHash), begin: refuseTaken };

    const passwordHash = await passwords.hash(password);
    return {
      proof: passwordHash,
      begin: function* (tx) {
        yield* firstAdmin.admit(tx, setup_token, address);
        const user = yield* users.create(tx, { email, name, passwordHash });
        const detail = { method: "password" };
        yield* auditLog.record(tx, { action: "account.registered", actorId: user.id, targetId: user.id, address, detail });
        return yield* beginLogin(tx, user);
      },
    };
  };
};

// biome-ignore lint/correctness/useYield: it does nothing but refuse
function* refuseTaken(): Script<Ticket> {
  throw emailTaken();
}

const emailTaken = () => conflict("There is an account with this email already: sign in instead", "email_taken");
