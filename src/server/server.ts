import { type AnyElysia, Elysia } from "elysia";
import { answerFailure } from "@/http/errors";
import { readJsonBody } from "@/http/json-body";
import { AppError } from "@/platform/app-error";
import type { Logger } from "@/platform/logger";
import { createAllowedMethods } from "./allowed-methods";

/** Mounts every resource on one server. The parser and the error mapper stand first, so that they hold for all of them. */
export function createServer(resources: readonly AnyElysia[], logger: Logger): AnyElysia {
  const server = new Elysia({ handler: { standardHostname: false } as object })
    .onParse({ as: "global" }, ({ request }) => readJsonBody(request))
    .onError({ as: "global" }, ({ error, code, request }) => {
      const allowed = code === "NOT_FOUND" && !(error instanceof AppError) ? methods.of(new URL(request.url).pathname) : [];
      if (allowed.length === 0) return answerFailure(error, logger);
      const answer = answerFailure(new AppError("method_not_allowed", `This address answers ${allowed.join(", ")}`), logger);
      answer.headers.set("allow", allowed.join(", "));
      return answer;
    });
  // In a loop: a chain of this many plugins is more than the type checker follows.
  for (const routes of resources) server.use(routes);
  const methods = createAllowedMethods(server.routes);
  return server;
}
