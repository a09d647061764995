import type * as oauth from "oauth4webapi";

export type OAuthProvider = "google" | "github";

export const OAUTH_NAMES: Record<OAuthProvider, string> = { google: "Google", github: "GitHub" };

/** Someone's account at a provider. */
export type OAuthProfile = {
  provider: OAuthProvider;
  /** The provider's own lasting name for the account: addresses and names change hands. */
  subject: string;
  /** In small letters; null unless the provider says that it is theirs. */
  email: string | null;
  name: string | null;
  avatarUrl: string | null;
};

/** What is only known where a sign-in began. */
export type OAuthSecrets = { state: string; nonce: string; verifier: string };

/** What differs from provider to provider. */
export type OAuthDriver = {
  scope: string;
  server(): Promise<oauth.AuthorizationServer>;
  /** Exchanges the code of a checked answer and reads whose it is. */
  profileOf(answer: URLSearchParams, secrets: OAuthSecrets): Promise<OAuthProfile>;
};

const MAX_EMAIL_LENGTH = 320;
const MAX_URL_LENGTH = 2048;
const EMAIL = /^[^\s@\p{C}]+@[^\s@\p{C}]+$/u;

/** An address in small letters, if it is verified. Other scripts have letters whose small form is a Latin one: two people could become one. */
export function verifiedAddress(email: unknown, isVerified: boolean): string | null {
  if (!isVerified || typeof email !== "string" || email.length > MAX_EMAIL_LENGTH || !EMAIL.test(email)) return null;
  const small = email.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return small === email.toLowerCase() ? small : null;
}

export const httpsOrNull = (address: unknown): string | null => {
  const url = typeof address === "string" && address.length <= MAX_URL_LENGTH ? URL.parse(address) : null;
  return url?.protocol === "https:" && !url.username ? url.href : null;
};
