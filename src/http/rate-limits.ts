import { AppError } from "@/platform/app-error";
import { createRateLimiter, type Rate, type RateLimiter, type RateLimitSettings } from "@/platform/rate-limiter";
import { addressGroup } from "@/platform/trusted-proxies";

export type RateLimits = ReturnType<typeof createRateLimits>;

/** Behind one address there may be a whole office. */
const PER_ADDRESS = 5;
/** An account is attacked from many addresses, and its owner must not be locked out by that soon. */
const PER_ACCOUNT = 10;

/**
 * How often what may be done. Each throws `rate_limited` (429) with the seconds to wait. An address is null where nobody knows it:
 * then it is not counted. `now` counts milliseconds and never jumps.
 */
export function createRateLimits(settings: RateLimitSettings, now: () => number = () => performance.now()) {
  const limiter = (rate: Rate | null, times = 1): RateLimiter =>
    rate === null ? NO_LIMIT : createRateLimiter({ ...rate, count: rate.count * times }, now);

  const logins = {
    pair: limiter(settings.login),
    address: limiter(settings.login, PER_ADDRESS),
    account: limiter(settings.login, PER_ACCOUNT),
  };
  const registers = limiter(settings.register);
  const refreshes = { login: limiter(settings.refresh), address: limiter(settings.refresh, PER_ADDRESS) };
  const messages = limiter(settings.messages);
  const calls = { user: limiter(settings.api), address: limiter(settings.api, PER_ADDRESS) };

  return {
    /**
     * One try to sign in, counted before the password is looked at. `account` is what was typed in. Call what it returns once the
     * password was right: who signs in often is nobody who guesses.
     */
    login(address: string | null, account: string): () => void {
      const name = account.trim().toLowerCase().slice(0, 320);
      const pair = JSON.stringify([address === null ? null : addressGroup(address), name]);
      takeForAddress(logins.address, address, SIGN_IN);
      take(logins.pair, pair, SIGN_IN);
      take(logins.account, name, SIGN_IN);
      return () => logins.pair.forget(pair);
    },

    register: (address: string | null): void => takeForAddress(registers, address, "Too many new accounts from this address"),

    refresh(address: string | null, loginId: string | null): void {
      takeForAddress(refreshes.address, address, REFRESH);
      if (loginId !== null) take(refreshes.login, loginId, REFRESH);
    },

    postMessage: (userId: string): void => take(messages, userId, "Too many messages"),

    callFrom: (address: string | null): void => takeForAddress(calls.address, address, CALL),

    callBy: (userId: string): void => take(calls.user, userId, CALL),
  };
}

const SIGN_IN = "Too many tries to sign in";
const REFRESH = "Too many refreshed tokens";
const CALL = "Too many requests";

const NO_LIMIT: RateLimiter = { take: () => 0, forget: () => {} };

function takeForAddress(limiter: RateLimiter, address: string | null, what: string): void {
  if (limiter !== NO_LIMIT && address !== null) take(limiter, addressGroup(address), what);
}

function take(limiter: RateLimiter, key: string, what: string): void {
  const waitMs = limiter.take(key);
  if (waitMs === 0) return;
  const seconds = Math.ceil(waitMs / 1000);
  throw new AppError("rate_limited", `${what}: wait ${seconds} ${seconds === 1 ? "second" : "seconds"} and try again`, {
    retryAfterSeconds: seconds,
  });
}
