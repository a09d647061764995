import type { Logger } from "./logger";

/**
 * A promise that fails and that nobody waits for, in a library or in a tool, is logged and ends nothing: whoever did wait has been told. An
 * exception that nobody catches still ends the process, whose parts may not fit any more; the next start goes on with what was open.
 */
export function surviveStrayFailures(logger: Logger): void {
  process.on("unhandledRejection", (error) => logger.error({ err: error }, "something failed that nobody waited for; the server goes on"));
}
