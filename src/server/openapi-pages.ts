import { z } from "zod";
import { doc } from "@/http/resource";
import type { DocumentedRoute } from "./openapi-paths";

const page = (path: string, tag: string, detail: ReturnType<typeof doc>): DocumentedRoute => ({
  method: "GET",
  path,
  hooks: { detail: { ...detail, tags: [tag] } },
});

/** What the server answers outside Elysia. A route of the same address that Elysia has is described in this one's place. */
export const PAGE_ROUTES: readonly DocumentedRoute[] = [
  page(
    "/swagger-ui/",
    "documentation",
    doc({
      operationId: "getSwaggerUi",
      summary: "This documentation, to read and try out",
      isPublic: true,
      answers: { 200: { description: "A web page, served without any other host", contentType: "text/html" } },
    }),
  ),
  page(
    "/api-doc/openapi.json",
    "documentation",
    doc({
      operationId: "getOpenApi",
      summary: "This documentation, for machines: OpenAPI 3.1",
      isPublic: true,
      answers: { 200: z.looseObject({ openapi: z.string(), info: z.looseObject({ title: z.string(), version: z.string() }) }) },
    }),
  ),
];
