import { z } from "zod";
import { ErrorBody } from "@/http/errors";
import type { RouteDoc } from "@/http/resource";
import { type Answers, failuresOf, SHARED_HEADERS, sharedFailures, toResponses } from "./openapi-answers";
import { EXAMPLES } from "./openapi-examples";
import { PAGE_ROUTES } from "./openapi-pages";
import { type Parameter, parametersOf, SHARED_PARAMETERS } from "./openapi-parameters";
import { type DocumentedRoute, documentedPath } from "./openapi-paths";
import { createSchemas, type Json, type JsonSchema, type Schemas } from "./openapi-schemas";
import { ABOUT, SECURITY_SCHEMES, TAGS } from "./openapi-words";

export type Operation = {
  operationId: string;
  summary: string;
  description?: string;
  tags: string[];
  security?: [];
  parameters?: (Parameter | { $ref: string })[];
  requestBody?: { required: boolean; content: Record<string, { schema: JsonSchema; examples?: Json }> };
  responses: Answers;
};

export type OpenApiDocument = {
  openapi: "3.1.1";
  info: { title: string; version: string; description: string; license: { name: string } };
  servers: { url: string }[];
  tags: { name: string; description: string }[];
  security: Record<string, []>[];
  paths: Record<string, Record<string, Operation>>;
  components: Record<"schemas" | "parameters" | "headers" | "responses" | "securitySchemes", Record<string, Json>>;
};

type Hooks = { detail?: Partial<RouteDoc> & { tags?: string[] }; body?: unknown; query?: unknown };
type Described = { method: string; path: string; detail: RouteDoc; tags: string[]; body?: z.ZodType; query?: z.ZodType };

/**
 * Describes every route that has an `operationId`, in OpenAPI 3.1. The same routes give the same bytes.
 * A route that stands under a second address is described again, as the alias of the first.
 */
export function createOpenApi(routes: readonly DocumentedRoute[], about: { version: string }): OpenApiDocument {
  const steps = openApiSteps(routes, about);
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/** The same route by route: a server has others to answer in between. */
export function* openApiSteps(routes: readonly DocumentedRoute[], { version }: { version: string }): Generator<undefined, OpenApiDocument> {
  const schemas = createSchemas();
  schemas.add(ErrorBody, "output");
  const described = namedApart([...routes, ...missingFrom(routes, PAGE_ROUTES)].flatMap(describe)).toSorted(byTag);

  const paths: OpenApiDocument["paths"] = {};
  for (const route of described) {
    paths[route.path] ??= {};
    paths[route.path]![route.method] = operationOf(route, schemas);
    yield;
  }
  const used = new Set(described.flatMap(({ tags }) => tags));
  return schemas.settle({
    openapi: "3.1.1",
    info: { title: "Everruns API", version, description: ABOUT, license: { name: "MIT" } },
    servers: [{ url: "/" }],
    tags: TAGS.filter(({ name }) => used.has(name)),
    security: Object.keys(SECURITY_SCHEMES).map((name) => ({ [name]: [] })),
    paths,
    components: {
      schemas: schemas.named(),
      parameters: SHARED_PARAMETERS,
      headers: SHARED_HEADERS,
      responses: sharedFailures(),
      securitySchemes: SECURITY_SCHEMES,
    },
  });
}

const missingFrom = (routes: readonly DocumentedRoute[], pages: readonly DocumentedRoute[]) =>
  pages.filter((page) => !routes.some(({ method, path }) => method === page.method && path === page.path));

function describe({ method, path, hooks }: DocumentedRoute): Described[] {
  const { detail, body, query } = (hooks ?? {}) as Hooks;
  const { operationId, summary, answers = {}, tags = [] } = detail ?? {};
  if (!operationId || !summary) return [];
  return [
    {
      method: method.toLowerCase(),
      path: documentedPath(path),
      detail: { ...detail, operationId, summary, answers },
      tags,
      ...(body instanceof z.ZodType ? { body } : {}),
      ...(query instanceof z.ZodType ? { query } : {}),
    },
  ];
}

/** Operation ids are unique: the second address of one route says whose alias it is. */
function namedApart(routes: Described[]): Described[] {
  const first = new Map<string, Described>();
  const count = new Map<string, number>();
  return routes.map((route) => {
    const { operationId } = route.detail;
    const original = first.get(operationId);
    const nth = (count.get(operationId) ?? 0) + 1;
    count.set(operationId, nth);
    if (!original) first.set(operationId, route);
    if (!original) return route;
    const description = `The same as \`${original.method.toUpperCase()} ${original.path}\`.`;
    return { ...route, detail: { ...route.detail, operationId: `${operationId}Alias${nth > 2 ? nth - 1 : ""}`, description } };
  });
}

const rank = ({ tags: [tag] }: Described) => {
  const at = TAGS.findIndex(({ name }) => name === tag);
  return at === -1 ? TAGS.length : at;
};
const byTag = (one: Described, other: Described) => rank(one) - rank(other);

function operationOf(route: Described, schemas: Schemas): Operation {
  const { method, path, detail, tags, body, query } = route;
  const { operationId, summary, description, isPublic = false, answers } = detail;
  const failures = failuresOf({
    method,
    isPublic,
    hasParameter: path.includes("{"),
    hasBody: body !== undefined,
    hasQuery: query !== undefined,
  });
  const parameters = parametersOf({ method, path, query, isStream: isStream(detail) }, schemas);
  return {
    operationId,
    summary,
    ...(description ? { description } : {}),
    tags,
    ...(isPublic ? { security: [] } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: requestBodyOf(body, detail.takesBytes === true, schemas) } : {}),
    responses: toResponses(answers, failures, method, schemas),
  };
}

const isStream = ({ answers }: RouteDoc) =>
  Object.values(answers).some((answer) => answer !== null && "contentType" in answer && answer.contentType === "text/event-stream");

function requestBodyOf(body: z.ZodType, takesBytes: boolean, schemas: Schemas): Operation["requestBody"] {
  const examples = EXAMPLES[body.meta()?.id ?? ""];
  const schema = schemas.add(body, "input");
  return {
    required: !body.safeParse({}).success,
    content: {
      "application/json": { schema, ...(examples ? { examples } : {}) },
      ...(takesBytes ? { "application/octet-stream": { schema: { type: "string", format: "binary" } } } : {}),
    },
  };
}
