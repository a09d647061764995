import type { Logger } from "@/platform/logger";

const logs = new WeakMap<Request, Logger>();

/** Gives a request a log of its own, whose every line carries the request's id. */
export const setRequestLog = (request: Request, log: Logger): void => void logs.set(request, log);

/** The request's own log, or `otherwise` for one that came in past the guard. */
export const requestLog = (request: Request, otherwise: Logger): Logger => logs.get(request) ?? otherwise;
