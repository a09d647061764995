import { type AnyElysia, Elysia } from "elysia";
import { answerFailure, errorAnswer } from "@/http/errors";
import { readBody } from "@/http/json-body";
import { readQuery } from "@/http/query";
import { requestLog } from "@/http/request-log";
import { AppError } from "@/platform/app-error";
import type { Logger } from "@/platform/logger";
import { createAllowedMethods } from "./allowed-methods";

/** Mounts every resource on one server. The readers and the error mapper stand first, so that they hold for all of them. */
export function createServer(resources: readonly AnyElysia[], logger: Logger): AnyElysia {
  const server = new Elysia({ handler: { standardHostname: false } as object })
    .onParse({ as: "global" }, ({ request }) => readBody(request))
    .onTransform({ as: "global" }, (context) => {
      context.query = readQuery(context.request) as typeof context.query;
    })
    .onError({ as: "global" }, ({ error, code, request }) => {
      const hasNoRoute = code === "NOT_FOUND" && !(error instanceof AppError);
      const allowed = hasNoRoute ? methods.of(new URL(request.url).pathname) : [];
      return allowed.length > 0 ? answerOtherMethod(request, allowed.join(", ")) : answerFailure(error, requestLog(request, logger));
    });
  // In a loop: a chain of this many plugins is more than the type checker follows.
  for (const routes of resources) server.use(routes);
  const methods = createAllowedMethods(server.routes);
  return server;
}

/** OPTIONS asks which methods there are; every other one that is not among them is refused. */
function answerOtherMethod({ method }: Request, allow: string): Response {
  if (method === "OPTIONS") return new Response(null, { status: 204, headers: { allow } });
  return errorAnswer(new AppError("method_not_allowed", `This address answers ${allow}`), { allow });
}
