import type { OpenApiDocument } from "./openapi";
import { type StaticFile, staticAnswer, versionOf } from "./static-answer";

/** Answers `/api-doc/openapi.json`. The document is made when it is first asked for, and the bytes are kept. */
export const createOpenApiFile = (build: () => OpenApiDocument) => {
  let file: StaticFile | undefined;

  return (request: Request): Response | undefined => {
    if (new URL(request.url).pathname !== "/api-doc/openapi.json") return undefined;
    file ??= fileOf(build());
    return staticAnswer(request, file);
  };
};

function fileOf(document: OpenApiDocument): StaticFile {
  const body = new TextEncoder().encode(JSON.stringify(document));
  return { body, contentType: "application/json;charset=utf-8", version: versionOf(body) };
}
