import { AppError } from "@/platform/app-error";
import { isCommonPassword } from "./common-passwords";

/** OWASP's second choice for Argon2id: 19 MiB and two passes, some 25 ms of one core. Source: OWASP Password Storage Cheat Sheet */
const ARGON2ID = { algorithm: "argon2id", memoryCost: 19_456, timeCost: 2 } as const;

/** A hash of nobody's password, so that an unknown address takes as long as a wrong password. */
const NOBODYS_HASH =
  "$argon2id$v=19$m=19456,t=2,p=1$PedhxAxtz10K1wSEM0KYqzvEBiNW6Hmq030onboBKpU$ItYPgJU9d2NsLwlzN193ZMSch1eAIm/gno08LzTUM0U";

/** Hashing fills cores: so many at once leave the rest of the server room to answer. */
const MAX_AT_ONCE = 2;
const MAX_WAITING = 50;

const MIN_LENGTH = 8;
const MAX_BYTES = 1024;

export type Passwords = ReturnType<typeof createPasswords>;

/** Hashes and checks passwords, two at a time. When more than 50 wait, another is turned away (503). */
export function createPasswords() {
  const waiting: (() => void)[] = [];
  let running = 0;

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= MAX_AT_ONCE) {
      if (waiting.length >= MAX_WAITING)
        throw new AppError("unavailable", "Too many people are signing in at once: try again in a moment", { retryAfterSeconds: 2 });
      // Whoever ends hands its place over, so that no newcomer slips in between.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  }

  return {
    hash: (password: string): Promise<string> => inTurn(() => Bun.password.hash(normal(password), ARGON2ID)),

    /** False without a hash too, after as long a time. */
    async verify(password: string, hash: string | null | undefined): Promise<boolean> {
      const isRight = await inTurn(() => Bun.password.verify(normal(password) || " ", hash ?? NOBODYS_HASH));
      return isRight && hash != null && password !== "";
    },
  };
}

/** The same letters typed on another keyboard may be other code points. Source: RFC 8265 */
const normal = (password: string): string => password.normalize("NFKC");

/** Throws for a password that is guessed first: too short, among the most common, or the person's own address or name. */
export function refuseWeakPassword(password: string, { email, name }: { email: string; name: string }): void {
  const text = password.trim().toLowerCase();
  if ([...text].length < MIN_LENGTH) throw weak(`password must have at least ${MIN_LENGTH} characters, blanks around them not counted`);
  if (Buffer.byteLength(password) > MAX_BYTES) throw weak(`password must have at most ${MAX_BYTES} bytes`);
  const known = [email, email.split("@")[0]!, name].map((word) => word.trim().toLowerCase());
  if (known.includes(text)) throw weak("password must not be the name or the email address of its owner");
  if (isCommonPassword(text)) throw weak("password is among those that are guessed first: choose another one, such as four words in a row");
}

const weak = (message: string): AppError => new AppError("invalid", message, { code: "weak_password" });
