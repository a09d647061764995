import { StartRefused } from "@/platform/app-error";
import { readPrivateHosts } from "@/platform/outbound-policy";
import type { Rate, RateLimitSettings } from "@/platform/rate-limiter";
import { readTrustedProxies, type TrustedProxies } from "@/platform/trusted-proxies";

export type SecuritySettings = {
  /** Whose word about a client's address is believed. */
  proxies: TrustedProxies;
  /** Origins whose pages may call this server with credentials. */
  allowedOrigins: ReadonlySet<string>;
  /** Hosts of private networks that pages are read from. */
  outboundPrivateHosts: readonly string[];
  rateLimits: RateLimitSettings;
  /** Streams that one address may hold open; null: any number. */
  streamsPerAddress: number | null;
};

/** Their places in the help of `serve`. */
export const SECURITY_SETTINGS = [
  { variable: "TRUST_PROXY", fallback: "0", meaning: "proxies in front: how many, or their addresses and networks" },
  { variable: "CORS_ALLOWED_ORIGINS", fallback: "", meaning: "origins whose pages may call the API, separated by commas" },
  { variable: "OUTBOUND_PRIVATE_HOSTS", fallback: "", meaning: "private hosts that web pages are read from: name or name:port, …" },
  { variable: "RATE_LIMIT_LOGIN", fallback: "10/300", meaning: "tries to sign in per account and address; off: any number" },
  { variable: "RATE_LIMIT_REGISTER", fallback: "100/3600", meaning: "new accounts per address" },
  { variable: "RATE_LIMIT_REFRESH", fallback: "60/300", meaning: "refreshed tokens per login" },
  { variable: "RATE_LIMIT_MESSAGES", fallback: "120/60", meaning: "messages per person; off in mode none on this machine" },
  { variable: "RATE_LIMIT_API", fallback: "3000/60", meaning: "requests per person; off in mode none on this machine" },
  { variable: "RATE_LIMIT_STREAMS", fallback: "500", meaning: "streams that one address may hold open" },
];

type Environment = Record<string, string | undefined>;

/** `isLocalOnly`: everyone who reaches the server is its one user, and need not be kept from anything. Throws `StartRefused`. */
export function readSecuritySettings(env: Environment, { isLocalOnly }: { isLocalOnly: boolean }): SecuritySettings {
  const text = (variable: string): string =>
    env[variable]?.trim() || SECURITY_SETTINGS.find((setting) => setting.variable === variable)!.fallback;
  const rate = (variable: string): Rate | null => readRate(variable, text(variable));
  const rateUnlessLocal = (variable: string): Rate | null => (isLocalOnly && !env[variable] ? null : rate(variable));

  return {
    proxies: readTrustedProxies(text("TRUST_PROXY")) ?? refuse("TRUST_PROXY must be a number of proxies, or their addresses or networks."),
    allowedOrigins: new Set(listOf(text("CORS_ALLOWED_ORIGINS")).map(readOrigin)),
    outboundPrivateHosts:
      readPrivateHosts(text("OUTBOUND_PRIVATE_HOSTS")) ??
      refuse("OUTBOUND_PRIVATE_HOSTS must be hosts such as wiki.local or 10.0.0.5:8080, separated by commas."),
    rateLimits: {
      login: rate("RATE_LIMIT_LOGIN"),
      register: rate("RATE_LIMIT_REGISTER"),
      refresh: rate("RATE_LIMIT_REFRESH"),
      messages: rateUnlessLocal("RATE_LIMIT_MESSAGES"),
      api: rateUnlessLocal("RATE_LIMIT_API"),
    },
    streamsPerAddress: readCount("RATE_LIMIT_STREAMS", text("RATE_LIMIT_STREAMS")),
  };
}

const listOf = (text: string): string[] =>
  text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");

/** Exactly as a browser writes it: one that could never match would only look as if it were allowed. */
function readOrigin(given: string): string {
  const url = URL.parse(given);
  if (url === null || !/^https?:$/.test(url.protocol) || given.includes("*") || url.origin !== given.toLowerCase().replace(/\/$/, ""))
    return refuse("CORS_ALLOWED_ORIGINS must be origins such as https://app.example.com, separated by commas; * is none.");
  return url.origin;
}

function readRate(variable: string, text: string): Rate | null {
  if (text === "off") return null;
  const [, count, seconds] = /^([1-9]\d{0,6})\/([1-9]\d{0,5})$/.exec(text) ?? [];
  if (!count || !seconds) return refuse(`${variable} must be <count>/<seconds>, such as 10/300, or off.`);
  return { count: Number(count), seconds: Number(seconds) };
}

function readCount(variable: string, text: string): number | null {
  if (text === "off") return null;
  return /^[1-9]\d{0,6}$/.test(text) ? Number(text) : refuse(`${variable} must be a whole number, or off.`);
}

function refuse(message: string): never {
  throw new StartRefused(message);
}
