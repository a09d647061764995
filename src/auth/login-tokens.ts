import { z } from "zod";
import type { Ticket } from "./begin-login";
import type { Signer } from "./signer";

export const Tokens = z
  .object({ access_token: z.string(), token_type: z.literal("Bearer"), expires_in: z.int(), refresh_token: z.string() })
  .meta({ id: "Tokens" });
export type Tokens = z.infer<typeof Tokens>;

type Options = { signer: Signer; accessSeconds: number; refreshSeconds: number };

export type LoginTokens = ReturnType<typeof createLoginTokens>;

/**
 * The pair of tokens that stands for a login. Both are signed from the login's row: asked twice, the pair is the same, and none is kept.
 * A token says who signed in; what they may do is read from the database with each request.
 */
export const createLoginTokens = ({ signer, accessSeconds, refreshSeconds }: Options) => ({
  async pairOf({ login, user: { id, email, name, roles } }: Ticket): Promise<Tokens> {
    const { id: sid, generation, rotatedAt: issuedAt } = login;
    const access = { sub: id, sid, gen: generation, email, name, roles };
    return {
      access_token: await signer.sign("access", access, { issuedAt, lifetimeSeconds: accessSeconds }),
      token_type: "Bearer",
      expires_in: accessSeconds,
      refresh_token: await signer.sign("refresh", { sub: id, sid, gen: generation }, { issuedAt, lifetimeSeconds: refreshSeconds }),
    };
  },

  /** The login that an access token stands for, and when the token ends, in milliseconds; undefined for anything else. */
  async readAccess(token: string): Promise<{ loginId: string; expiresAt: number } | undefined> {
    const claims = await signer.read("access", token);
    return typeof claims?.sid === "string" ? { loginId: claims.sid, expiresAt: claims.exp! * 1000 } : undefined;
  },

  /** The login and the generation that a refresh token stands for; undefined for anything else. */
  async readRefresh(token: string): Promise<{ loginId: string; generation: number } | undefined> {
    const claims = await signer.read("refresh", token);
    return typeof claims?.sid === "string" && typeof claims.gen === "number" ? { loginId: claims.sid, generation: claims.gen } : undefined;
  },
});
