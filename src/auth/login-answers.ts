import type { Ticket } from "./begin-login";
import type { LoginCookies } from "./login-cookies";
import type { LoginTokens } from "./login-tokens";

export type LoginAnswers = ReturnType<typeof createLoginAnswers>;

/** What someone who has just signed in is answered: the pair of tokens and both cookies, or the cookies alone on the way to a page. */
export const createLoginAnswers = ({ tokens, cookies }: { tokens: LoginTokens; cookies: LoginCookies }) => ({
  async json(ticket: Ticket, status: 200 | 201): Promise<Response> {
    const pair = await tokens.pairOf(ticket);
    const response = Response.json(pair, { status, headers: { "cache-control": "no-store" } });
    cookies.set(response.headers, pair);
    return response;
  },

  /** 303 to an address of this server. */
  async redirect(ticket: Ticket, path: string): Promise<Response> {
    const response = new Response(null, { status: 303, headers: { location: path, "cache-control": "no-store" } });
    cookies.set(response.headers, await tokens.pairOf(ticket));
    return response;
  },
});
