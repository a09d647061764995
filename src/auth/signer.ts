import type { JWTPayload } from "jose";
import type { Clock } from "@/platform/clock";

// In mode none nothing is signed, and the start of the server need not wait for it.
const loadJose = () => import("jose");

const ALGORITHM = "HS256";
const ISSUER = "everruns";
const AUDIENCE = "everruns";

export type Signer = Awaited<ReturnType<typeof createSigner>>;

type Times = { issuedAt: number; lifetimeSeconds: number };

/**
 * Signs and reads JSON Web Tokens: HS256 alone, with issuer, audience, times and a `typ` that says what a token is for, so that none
 * can be used as another. The same claims at the same time are the same token. Source: RFC 7519, RFC 8725.
 */
export async function createSigner(secret: Uint8Array<ArrayBuffer>, clock: Clock) {
  const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
  return {
    /** `issuedAt` in milliseconds. */
    async sign(typ: string, claims: JWTPayload, { issuedAt, lifetimeSeconds }: Times): Promise<string> {
      const { SignJWT } = await loadJose();
      const seconds = Math.floor(issuedAt / 1000);
      return new SignJWT({ ...claims, typ, iss: ISSUER, aud: AUDIENCE, iat: seconds, exp: seconds + lifetimeSeconds })
        .setProtectedHeader({ alg: ALGORITHM, typ: "JWT" })
        .sign(key);
    },

    /** The claims of a token of this `typ` that this server signed and that is in time; else undefined. */
    async read(typ: string, token: string): Promise<JWTPayload | undefined> {
      const { errors, jwtVerify } = await loadJose();
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: [ALGORITHM],
          issuer: ISSUER,
          audience: AUDIENCE,
          requiredClaims: ["sub", "iat", "exp", "typ"],
          currentDate: new Date(clock.now()),
        });
        return payload.typ === typ ? payload : undefined;
      } catch (error) {
        if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined;
        throw error;
      }
    },
  };
}
