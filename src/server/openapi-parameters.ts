import type { z } from "zod";
import type { Json, JsonSchema, Schemas } from "./openapi-schemas";
import { PARAMETER_WORDS } from "./openapi-words";

export type Parameter = { name: string; in: "path" | "query" | "header"; required: boolean; description?: string; schema: JsonSchema };

type Asked = { method: string; path: string; query: z.ZodType | undefined; isStream: boolean };

/** What many routes take, described once. */
export const SHARED_PARAMETERS: Record<string, Json> = {
  IdempotencyKey: {
    name: "Idempotency-Key",
    in: "header",
    required: false,
    description: "Makes the request safe to repeat: for 24 hours, the same key gets the first answer again and nothing is done twice.",
    schema: { type: "string", pattern: "^[\\x21-\\x7e]{1,255}$" },
  },
  LastEventId: {
    name: "Last-Event-ID",
    in: "header",
    required: false,
    description: "The sequence of the last event that was received; the stream goes on after it. Browsers send it by themselves.",
    schema: { type: "string" },
  },
};

export function parametersOf({ method, path, query, isStream }: Asked, schemas: Schemas): (Parameter | { $ref: string })[] {
  return [
    ...[...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => pathParameter(name!)),
    ...(query ? queryParameters(query, schemas) : []),
    ...(isStream ? [shared("LastEventId")] : []),
    ...(method === "post" ? [shared("IdempotencyKey")] : []),
  ];
}

const shared = (name: keyof typeof SHARED_PARAMETERS) => ({ $ref: `#/components/parameters/${name}` });

const PLAIN_NAMES: Record<string, JsonSchema> = {
  capability_id: { type: "string" },
  path: { type: "string" },
  provider: { type: "string", enum: ["google", "github"] },
};

const pathParameter = (name: string): Parameter => ({
  name,
  in: "path",
  required: true,
  ...words(name),
  schema: PLAIN_NAMES[name] ?? (/(^|_)id$/.test(name) ? { type: "string", format: "uuid" } : { type: "string" }),
});

function queryParameters(query: z.ZodType, schemas: Schemas): Parameter[] {
  const { properties = {}, required = [] } = schemas.resolve(schemas.add(query, "input")) as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: "query",
    required: required.includes(name),
    ...(typeof description === "string" ? { description } : words(name)),
    schema,
  }));
}

const words = (name: string) => (PARAMETER_WORDS[name] ? { description: PARAMETER_WORDS[name] } : {});
