import type { OpenApiDocument } from "./openapi";
import { type StaticFile, staticAnswer, versionOf } from "./static-answer";

/**
 * Answers `/api-doc/openapi.json`. The document is made when it is first asked for, step by step so that nobody waits for it, and the bytes
 * are kept.
 */
export const createOpenApiFile = (begin: () => Generator<undefined, OpenApiDocument>) => {
  let making: Promise<StaticFile> | undefined;

  return (request: Request): Promise<Response> | undefined => {
    if (new URL(request.url).pathname !== "/api-doc/openapi.json") return undefined;
    making ??= make(begin());
    return making.then((file) => staticAnswer(request, file));
  };
};

async function make(steps: Generator<undefined, OpenApiDocument>): Promise<StaticFile> {
  for (;;) {
    const step = steps.next();
    if (step.done) return fileOf(step.value);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function fileOf(document: OpenApiDocument): StaticFile {
  const body = new TextEncoder().encode(JSON.stringify(document));
  return { body, contentType: "application/json;charset=utf-8", version: versionOf(body) };
}
