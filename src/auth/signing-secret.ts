import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Config } from "@/config";
import { createKeyFile } from "@/platform/key-file";

/** 48 bytes as base64, which is 64 characters. */
const MADE_BYTES = 48;

/**
 * What tokens are signed with: `AUTH_JWT_SECRET`, else a secret that is made once and kept in `<dataDir>/jwt.key`, mode 0600. Another
 * secret than before ends every login. In mode none nothing is signed, and none is kept. Throws `StartRefused`.
 */
export function loadSigningSecret({ authMode, auth, dataDir }: Config): Uint8Array<ArrayBuffer> {
  if (authMode === "none") return crypto.getRandomValues(new Uint8Array(MADE_BYTES));
  return new TextEncoder().encode(auth.jwtSecret?.reveal() ?? keyFileIn(dataDir).readOrMake());
}

const keyFileIn = (dataDir: string) =>
  createKeyFile({
    path: join(dataDir, "jwt.key"),
    meaning: "the key that logins are signed with",
    form: "at least 32 characters, for example made with: openssl rand -base64 48",
    parse: (text) => (Buffer.byteLength(text) >= 32 ? text : undefined),
    make: () => randomBytes(MADE_BYTES).toString("base64"),
    variable: "AUTH_JWT_SECRET",
    loss: "Or remove it: then everyone has to sign in again.",
  });
