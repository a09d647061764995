import type { Tokens } from "./login-tokens";

const ACCESS = { name: "access_token", path: "/", sameSite: "Lax" } as const;
/** Sent to where it is exchanged or given up, and nowhere else. */
const REFRESH = { name: "refresh_token", path: "/api/auth", sameSite: "Strict" } as const;

type Options = { isSecure: boolean; accessSeconds: number; refreshSeconds: number };

export type LoginCookies = ReturnType<typeof createLoginCookies>;

/** The two cookies of a browser that is signed in. `isSecure`: browsers send them over https alone. */
export function createLoginCookies({ isSecure, accessSeconds, refreshSeconds }: Options) {
  const line = ({ name, path, sameSite }: typeof ACCESS | typeof REFRESH, value: string, seconds: number): string =>
    `${name}=${value}; Path=${path}; Max-Age=${seconds}; HttpOnly; SameSite=${sameSite}${isSecure ? "; Secure" : ""}`;

  return {
    set(headers: Headers, { access_token, refresh_token }: Tokens): void {
      headers.append("set-cookie", line(ACCESS, access_token, accessSeconds));
      headers.append("set-cookie", line(REFRESH, refresh_token, refreshSeconds));
    },
    clear(headers: Headers): void {
      headers.append("set-cookie", line(ACCESS, "", 0));
      headers.append("set-cookie", line(REFRESH, "", 0));
    },
  };
}

export const accessCookieOf = (request: Request): string | undefined => cookieOf(request, ACCESS.name);
export const refreshCookieOf = (request: Request): string | undefined => cookieOf(request, REFRESH.name);

/** The first cookie of that name, which is the one with the longest path. Source: RFC 6265, 5.4 */
function cookieOf(request: Request, name: string): string | undefined {
  const header = request.headers.get("cookie");
  if (!header?.includes(name)) return undefined;
  const pairs = header.split(";").map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) || undefined;
}
