import { AppError } from "@/platform/app-error";
import { accessCookieOf } from "./login-cookies";

/** What a request shows, before it is looked at. */
export type Shown = { kind: "token"; token: string; isCookie: boolean } | { kind: "api_key"; key: string };

const API_KEY = /^evr_[0-9a-f]{64}$/;

/**
 * `Authorization: Bearer <token>`, a key as `evr_…`, `ApiKey evr_…` or `Bearer evr_…`, else the cookie `access_token`. Undefined without any
 * of them; a header that is none of these is refused, since whoever sent it means to be someone.
 */
export function shownBy(request: Request): Shown | undefined {
  const header = request.headers.get("authorization");
  if (header === null) {
    const token = accessCookieOf(request);
    return token === undefined ? undefined : { kind: "token", token, isCookie: true };
  }
  const [, scheme, value = ""] = /^(?:(Bearer|ApiKey) +)?(\S+)$/i.exec(header.trim()) ?? [];
  if (value.startsWith("evr_")) {
    if (API_KEY.test(value)) return { kind: "api_key", key: value };
  } else if (scheme?.toLowerCase() === "bearer") return { kind: "token", token: value, isCookie: false };
  throw badCredential();
}

/** The same words for whatever is wrong with it: which it was helps nobody who may come in. */
export const badCredential = () =>
  new AppError("unauthorized", "The token or key is unknown, expired or revoked: sign in again", { code: "invalid_credential" });
