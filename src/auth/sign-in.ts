import type { Database, Script, Tx } from "@/database/database";
import { AppError } from "@/platform/app-error";
import type { AuditLog } from "./audit-log";
import type { BeginLogin, Ticket } from "./begin-login";
import type { Passwords } from "./passwords";
import type { UserStore } from "./user-store";
import type { IsWelcome } from "./welcome";

type Parts = { db: Database; users: UserStore; passwords: Passwords; isWelcome: IsWelcome; beginLogin: BeginLogin; auditLog: AuditLog };

export type SignIn = ReturnType<typeof createSignIn>;

/** What a proven password lets one do: the script that begins the login, and a text that stands for the password where it has to be told again. */
export type Proven = { proof: string; begin: (tx: Tx) => Script<Ticket> };

/** Checks an address and a password. Unknown, disabled and wrong are one answer, after one hash. */
export const createSignIn = ({ db, users, passwords, isWelcome, beginLogin, auditLog }: Parts) =>
  async function signIn({ email, password }: { email: string; password: string }, address: string | null): Promise<Proven> {
    const known = await db.read(() => users.findByEmail(db, email));
    const isRight = await passwords.verify(password, known?.passwordHash);
    if (!isRight || !known || !isWelcome(known)) {
      auditLog.count({ action: "login.failed", targetId: known?.id ?? null, address, detail: { method: "password" } });
      throw wrongLogin();
    }
    const proof = known.passwordHash!;

    return {
      proof,
      *begin(tx) {
        // A password that was changed while it was being checked is one that was wrong.
        const user = yield* users.find(tx, known.id);
        if (!user || user.passwordHash !== proof || !isWelcome(user)) throw wrongLogin();
        const detail = { method: "password" };
        yield* auditLog.record(tx, { action: "login.succeeded", actorId: user.id, targetId: user.id, address, detail });
        return yield* beginLogin(tx, user);
      },
    };
  };

const wrongLogin = () => new AppError("unauthorized", "Invalid email or password", { code: "invalid_login" });
