import { z } from "zod";
import { StartRefused } from "@/platform/app-error";
import { Secret } from "@/platform/secrets";
import { isLoopback } from "./loopback";
import type { Read } from "./read-variable";

export type AuthMode = "none" | "admin" | "full";

export type OAuthRegistration = {
  clientId: string;
  clientSecret: Secret;
  /** Where the provider sends people back: from the configuration alone, never from a request. */
  redirectUri: string;
};

export type OAuthSettings = {
  /** `allowedDomains` in small letters; empty lets every account in. */
  google?: OAuthRegistration & { issuer: string; allowedDomains: string[] };
  github?: OAuthRegistration & { baseUrl: string; apiUrl: string };
};

export type AuthSettings = {
  /** The one account of mode admin. */
  admin: { email: string; password: Secret } | undefined;
  /** Made and kept in the data folder when undefined. */
  jwtSecret: Secret | undefined;
  accessSeconds: number;
  refreshSeconds: number;
  isPasswordEnabled: boolean;
  isSignupEnabled: boolean;
  /** Those that are set up, in mode full. */
  oauth: OAuthSettings;
};

const MIN_SECRET_BYTES = 32;

export function readAuthMode(mode: string): AuthMode {
  if (mode === "none" || mode === "admin" || mode === "full") return mode;
  throw new StartRefused("AUTH_MODE must be none, admin or full.");
}

/** Throws `StartRefused` for what would leave people locked out, or let strangers in. */
export function readAuthSettings(read: Read, mode: AuthMode, baseUrl: string): AuthSettings {
  const isPasswordDisabled = read.flag("AUTH_DISABLE_PASSWORD");
  const isSignupDisabled = read.flag("AUTH_DISABLE_SIGNUP");
  const oauth = mode === "full" ? readOAuth(read, baseUrl) : {};
  if (mode === "admin" && isPasswordDisabled)
    throw new StartRefused("AUTH_DISABLE_PASSWORD leaves nobody a way in with AUTH_MODE=admin: leave it out, or use AUTH_MODE=full.");
  if (mode === "full" && isPasswordDisabled && Object.keys(oauth).length === 0)
    throw new StartRefused(
      "AUTH_DISABLE_PASSWORD leaves nobody a way in: set up AUTH_GOOGLE_CLIENT_ID or AUTH_GITHUB_CLIENT_ID, or leave it out.",
    );
  return {
    admin: mode === "admin" ? readAdmin(read) : undefined,
    jwtSecret: readJwtSecret(read),
    accessSeconds: read.whole("AUTH_JWT_ACCESS_TOKEN_LIFETIME", 1, 86_400),
    refreshSeconds: read.whole("AUTH_JWT_REFRESH_TOKEN_LIFETIME", 60, 31_536_000),
    isPasswordEnabled: mode !== "none" && !isPasswordDisabled,
    isSignupEnabled: mode === "full" && !isSignupDisabled,
    oauth,
  };
}

function readAdmin(read: Read): { email: string; password: Secret } {
  const email = read.given("AUTH_ADMIN_EMAIL")?.trim();
  const password = read.secret("AUTH_ADMIN_PASSWORD");
  if (!email || !password)
    throw new StartRefused("AUTH_MODE=admin needs AUTH_ADMIN_EMAIL and AUTH_ADMIN_PASSWORD (or AUTH_ADMIN_PASSWORD_FILE).");
  if (!z.email().safeParse(email).success && !/^[^\s@]+@localhost$/.test(email))
    throw new StartRefused("AUTH_ADMIN_EMAIL must be an email address.");
  return { email: email.toLowerCase(), password: new Secret(password) };
}

function readJwtSecret(read: Read): Secret | undefined {
  const text = read.secret("AUTH_JWT_SECRET");
  if (text === undefined) return undefined;
  if (Buffer.byteLength(text) < MIN_SECRET_BYTES)
    throw new StartRefused(
      `AUTH_JWT_SECRET must have at least ${MIN_SECRET_BYTES} bytes, for example made with: openssl rand -base64 48; or leave it out.`,
    );
  return new Secret(text);
}

function readOAuth(read: Read, baseUrl: string): OAuthSettings {
  const google = readClient(read, "google", baseUrl);
  const github = readClient(read, "github", baseUrl);
  const allowedDomains = read.list("AUTH_GOOGLE_ALLOWED_DOMAINS").map((domain) => domain.toLowerCase());
  return {
    ...(google ? { google: { ...google, issuer: readEndpoint(read, "AUTH_GOOGLE_ISSUER"), allowedDomains } } : {}),
    ...(github
      ? { github: { ...github, baseUrl: readEndpoint(read, "AUTH_GITHUB_BASE_URL"), apiUrl: readEndpoint(read, "AUTH_GITHUB_API_URL") } }
      : {}),
  };
}

function readClient(read: Read, provider: "google" | "github", baseUrl: string): OAuthRegistration | undefined {
  const prefix = `AUTH_${provider.toUpperCase()}`;
  const clientId = read.given(`${prefix}_CLIENT_ID`);
  const clientSecret = read.secret(`${prefix}_CLIENT_SECRET`);
  if (clientId === undefined && clientSecret === undefined) return undefined;
  if (clientId === undefined || clientSecret === undefined)
    throw new StartRefused(`${prefix}_CLIENT_ID and ${prefix}_CLIENT_SECRET belong together: set both or neither.`);
  const redirectUri = read.url(`${prefix}_REDIRECT_URI`, `${baseUrl.replace(/\/+$/, "")}/api/auth/callback/${provider}`);
  return { clientId, clientSecret: new Secret(clientSecret), redirectUri };
}

/** A client's secret and people's codes go there: in the clear only to this very machine. */
function readEndpoint(read: Read, variable: string): string {
  const text = read.text(variable);
  const { protocol, hostname } = new URL(read.url(variable, text));
  if (protocol === "https:" || isLoopback(hostname)) return text.replace(/\/+$/, "");
  throw new StartRefused(`${variable} must be an https address.`);
}
