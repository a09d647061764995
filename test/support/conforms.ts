import Ajv, { type ValidateFunction } from "ajv/dist/2020";
import type { OpenApiDocument } from "@/server/openapi";
import type { Json, JsonSchema } from "@/server/openapi-schemas";

type Response = { content?: Record<string, { schema: JsonSchema }> };

const FORMATS = {
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
  "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
  email: /^[^@\s]+@[^@\s]+$/,
  uri: /^[a-z][a-z0-9+.-]*:/i,
};

type Checks = { ajv: Ajv; compiled: Map<string, ValidateFunction> };
const checksOf = new WeakMap<OpenApiDocument, Checks>();

/**
 * Throws unless the document says of this route that it may answer so: the status is listed, and the body is what the schema describes,
 * with no field that it does not name. `path` is a real one or as it stands in the document; `body` is parsed JSON, undefined where there is none.
 */
export function conforms(document: OpenApiDocument, method: string, path: string, status: number, body: unknown): void {
  const template = templateOf(document, method, path.split("?")[0]!);
  const where = `${method.toUpperCase()} ${template} ${status}`;
  const response = document.paths[template]![method.toLowerCase()]!.responses[status];
  if (!response) throw new Error(`${where} is not documented`);

  const { content } = ("$ref" in response ? at(document, response.$ref) : response) as Response;
  const schema = content?.["application/json"]?.schema;
  if (!content && body !== undefined) throw new Error(`${where} is documented to have no body`);
  if (!schema) return;
  validate(document, where, schema, body);
}

/** Throws unless the value is what a schema of the document describes. */
export function validate(document: OpenApiDocument, where: string, schema: JsonSchema, value: unknown): void {
  const { ajv, compiled } = checks(document);
  const key = JSON.stringify(schema);
  const check = compiled.get(key) ?? ajv.compile(closed(schema));
  compiled.set(key, check);
  if (check(value)) return;
  const errors = check.errors ?? [];
  // What fits none of several shapes fails once for each of them: then the value says more than the list.
  const union = errors.find(({ keyword }) => keyword === "anyOf" || keyword === "oneOf");
  const misfit = union
    ? [`${union.instancePath} fits none of its shapes: ${JSON.stringify(valueAt(value, union.instancePath)).slice(0, 500)}`]
    : [];
  const problems = [
    ...misfit,
    ...errors.slice(0, 8).map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`),
  ];
  throw new Error(`${where} does not conform:\n  ${problems.join("\n  ")}`);
}

const valueAt = (value: unknown, pointer: string): unknown =>
  pointer
    .split("/")
    .slice(1)
    .reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], value);

/** The documented path that a real one belongs to; the one with the most words of its own where several fit. */
function templateOf(document: OpenApiDocument, method: string, path: string): string {
  const fitting = Object.keys(document.paths).filter(
    (template) => method.toLowerCase() in document.paths[template]! && fits(template, path),
  );
  const parameters = (template: string) => template.split("{").length;
  const [template] = fitting.toSorted((one, other) => parameters(one) - parameters(other));
  if (!template) throw new Error(`${method} ${path} is not documented`);
  return template;
}

function fits(template: string, path: string): boolean {
  if (template === path) return true;
  const pattern = template
    .split(/(\{[^}]+\})/)
    .map((piece) => (piece === "{path}" ? ".+" : piece.startsWith("{") ? "[^/]+" : piece.replace(/[.*+?^$()|[\]\\]/g, "\\$&")));
  return new RegExp(`^${pattern.join("")}$`).test(path);
}

const at = (document: OpenApiDocument, ref: string): Json =>
  ref
    .slice(2)
    .split("/")
    .reduce<Json>((value, key) => (value as Record<string, Json>)[key]!, document as unknown as Json);

function checks(document: OpenApiDocument): Checks {
  const known = checksOf.get(document);
  if (known) return known;
  const ajv = new Ajv({ strict: false, allErrors: true, formats: FORMATS });
  for (const [name, schema] of Object.entries(document.components.schemas))
    ajv.addSchema(closed(schema as JsonSchema), `#/components/schemas/${name}`);
  const made = { ajv, compiled: new Map<string, ValidateFunction>() };
  checksOf.set(document, made);
  return made;
}

/** The document leaves answers open for fields to come; a test wants to know of each that is there now. */
function closed(schema: JsonSchema): JsonSchema {
  const inner = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(inner);
    return typeof value === "object" && value !== null ? closed(value) : value;
  };
  const entries = Object.entries(schema).map(([keyword, value]) => [keyword, isPlain(keyword) ? value : inner(value)]);
  const isOpen = typeof schema.properties === "object" && schema.type === "object" && !("additionalProperties" in schema);
  return { ...Object.fromEntries(entries), ...(isOpen ? { additionalProperties: false } : {}) };
}

const isPlain = (keyword: string) => ["default", "const", "enum", "example", "examples"].includes(keyword);
