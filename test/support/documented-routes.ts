import type { OpenApiDocument, Operation } from "@/server/openapi";
import type { JsonSchema } from "@/server/openapi-schemas";

export type Query = { name: string; schema: JsonSchema };

export type Documented = {
  method: string;
  path: string;
  /** Of the path, in its order. */
  parameters: string[];
  queries: Query[];
  body: JsonSchema | undefined;
  /** The body may also be a file's bytes, under any type. */
  takesBytes: boolean;
  isStream: boolean;
};

/** Every route of the document but the documentation's own. */
export function documentedRoutes(document: OpenApiDocument): Documented[] {
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, { tags }]) => !tags.includes("documentation"))
      .map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        parameters: [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name!),
        queries: queriesOf(operation),
        body: operation.requestBody?.content["application/json"]?.schema,
        takesBytes: operation.requestBody?.content["application/octet-stream"] !== undefined,
        isStream: JSON.stringify(operation.responses["200"] ?? {}).includes("text/event-stream"),
      })),
  );
}

const queriesOf = ({ parameters = [] }: Operation): Query[] =>
  parameters.flatMap((parameter) =>
    "in" in parameter && parameter.in === "query" ? [{ name: parameter.name, schema: parameter.schema }] : [],
  );

/** What a parameter of the path is called by its place: `{id}` after `agents` is an agent's. */
export function meaningOf(path: string, name: string): string {
  if (name !== "id") return name;
  const before = path.slice(0, path.indexOf("{id}")).split("/").at(-2)!;
  return { agents: "agent_id", sessions: "session_id", "llm-providers": "provider_id", "llm-models": "model_id" }[before] ?? before;
}

/** The path with real values in it. */
export const filled = (path: string, placeOf: (meaning: string, name: string) => string): string =>
  path.replace(/\{([^}]+)\}/g, (_, name: string) => placeOf(meaningOf(path, name), name));
