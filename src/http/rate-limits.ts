import { AppError } from "@/platform/app-error";
import { createRateLimiter, type Rate, type RateLimiter, type RateLimitSettings } from "@/platform/rate-limiter";
import { addressGroup } from "@/platform/trusted-proxies";

export type RateLimits = ReturnType<typeof createRateLimits>;

/** Behind one address there may be a whole office. */
const PER_ADDRESS = 5;
/** An account is attacked from many addresses, and its owner must not be locked out by that soon. */
const PER_ACCOUNT = 10;

/** What someone did too often: who it was where that is known, and from where. */
export type Hit = { what: What; userId: string | null; address: string | null };

type Options = {
  /** Milliseconds that never jump. */
  now?: () => number;
  onHit?: (hit: Hit) => void;
};

/**
 * How often what may be done. Each throws `rate_limited` (429) with the seconds to wait. An address is null where nobody knows it:
 * then it is not counted.
 */
export function createRateLimits(settings: RateLimitSettings, { now = () => performance.now(), onHit = () => {} }: Options = {}) {
  const limiter = (rate: Rate | null, times = 1): RateLimiter | null =>
    rate && createRateLimiter({ ...rate, count: rate.count * times }, now);

  const logins = {
    pair: limiter(settings.login),
    address: limiter(settings.login, PER_ADDRESS),
    account: limiter(settings.login, PER_ACCOUNT),
  };
  const registers = limiter(settings.register);
  const refreshes = { login: limiter(settings.refresh), address: limiter(settings.refresh, PER_ADDRESS) };
  const messages = limiter(settings.messages);
  const calls = { user: limiter(settings.api), address: limiter(settings.api, PER_ADDRESS) };

  function take(limiter: RateLimiter | null, key: string, hit: Hit): void {
    const waitMs = limiter?.take(key) ?? 0;
    if (waitMs === 0) return;
    onHit(hit);
    const seconds = Math.ceil(waitMs / 1000);
    throw new AppError("rate_limited", `${WORDS[hit.what]}: wait ${seconds} ${seconds === 1 ? "second" : "seconds"} and try again`, {
      retryAfterSeconds: seconds,
    });
  }

  function takeForAddress(limiter: RateLimiter | null, address: string | null, what: What): void {
    if (limiter !== null && address !== null) take(limiter, addressGroup(address), { what, userId: null, address });
  }

  return {
    /**
     * One try to sign in, counted before the password is looked at. `account` is what was typed in. Call what it returns once the
     * password was right: who signs in often is nobody who guesses.
     */
    login(address: string | null, account: string): () => void {
      const name = account.trim().toLowerCase().slice(0, 320);
      const pair = JSON.stringify([address === null ? null : addressGroup(address), name]);
      const hit: Hit = { what: "sign_in", userId: null, address };
      takeForAddress(logins.address, address, "sign_in");
      take(logins.pair, pair, hit);
      take(logins.account, name, hit);
      return () => logins.pair?.forget(pair);
    },

    register: (address: string | null): void => takeForAddress(registers, address, "register"),

    refresh(address: string | null, loginId: string | null): void {
      takeForAddress(refreshes.address, address, "refresh");
      if (loginId !== null) take(refreshes.login, loginId, { what: "refresh", userId: null, address });
    },

    postMessage: (userId: string): void => take(messages, userId, { what: "messages", userId, address: null }),

    callFrom: (address: string | null): void => takeForAddress(calls.address, address, "requests"),

    callBy: (userId: string): void => take(calls.user, userId, { what: "requests", userId, address: null }),
  };
}

type What = keyof typeof WORDS;

const WORDS = {
  sign_in: "Too many tries to sign in",
  register: "Too many new accounts from this address",
  refresh: "Too many refreshed tokens",
  messages: "Too many messages",
  requests: "Too many requests",
};
