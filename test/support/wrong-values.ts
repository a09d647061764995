import type { OpenApiDocument } from "@/server/openapi";
import type { Json, JsonSchema } from "@/server/openapi-schemas";

/** Nothing of these may come back in an error. */
export const CANARY = "canary7f3";
export const CANARY_NUMBER = 424242424242.5;

export type WrongBody = { what: string; field: string; body: Json };

type JsonObject = { [key: string]: Json };

/** Bodies that differ from a right one in one place each: the wrong type, null, absent, too long, too many, not among the choices. */
export function wrongBodies(document: OpenApiDocument, schema: JsonSchema): WrongBody[] {
  const resolve = resolver(document);
  return forms(resolve(schema)).flatMap((form) => {
    const right = rightValue(form, resolve);
    return wrongIn(form, resolve, 3).map(({ what, path, value }) => ({ what, field: path[0]!, body: replaced(right, path, value) }));
  });
}

/** A body that the schema allows, with as little in it as it may have. */
export const rightBody = (document: OpenApiDocument, schema: JsonSchema): Json => rightValue(schema, resolver(document));

type Resolve = (schema: JsonSchema) => JsonSchema;

const resolver =
  ({ components }: OpenApiDocument): Resolve =>
  (schema) =>
    typeof schema.$ref === "string" ? (components.schemas[schema.$ref.split("/").at(-1)!] as JsonSchema) : schema;

const forms = (schema: JsonSchema): JsonSchema[] => (schema.anyOf ?? schema.oneOf ?? [schema]) as JsonSchema[];

type Wrong = { what: string; path: string[]; value: Json | undefined };

function wrongIn(schema: JsonSchema, resolve: Resolve, depth: number): Wrong[] {
  const properties = (schema.properties ?? {}) as Record<string, JsonSchema>;
  const required = (schema.required ?? []) as string[];
  return Object.entries(properties).flatMap(([name, given]) => {
    const choices = forms(resolve(given)).map(resolve);
    const own = wrongValues(choices).map(({ what, value }) => ({ what: `${name} ${what}`, path: [name], value }));
    const absent = required.includes(name) ? [{ what: `${name} absent`, path: [name], value: undefined }] : [];
    const inner =
      depth === 0 ? [] : choices.filter(({ type }) => type === "object").flatMap((choice) => wrongIn(choice, resolve, depth - 1));
    const items =
      depth === 0 ? [] : choices.filter(({ type }) => type === "array").flatMap(({ items }) => wrongItems(items as JsonSchema, resolve));
    return [
      ...absent,
      ...own,
      ...items.map(({ what, value }) => ({ what: `${name} with an item ${what}`, path: [name], value: [value] })),
      ...inner.map(({ what, path, value }) => ({ what: `${name}.${what}`, path: [name, ...path], value })),
    ];
  });
}

const wrongItems = (items: JsonSchema, resolve: Resolve) => wrongValues(forms(resolve(items)).map(resolve));

const SAMPLES: Record<string, Json> = {
  string: CANARY,
  number: CANARY_NUMBER,
  boolean: true,
  array: [[CANARY]],
  object: { [CANARY]: CANARY },
  null: null,
};

function wrongValues(choices: JsonSchema[]): { what: string; value: Json }[] {
  const types = new Set(choices.flatMap(typesOf));
  if (types.size === 0) return [];
  const otherTypes = Object.entries(SAMPLES).filter(([type]) => !types.has(type) && !(type === "number" && types.has("integer")));
  const [only, ...others] = choices.filter(({ type }) => type !== "null");
  return [...otherTypes.map(([type, value]) => ({ what: `is ${type}`, value })), ...(only && others.length === 0 ? beyond(only) : [])];
}

const typesOf = ({ type, enum: choices, const: one }: JsonSchema): string[] => {
  if (type !== undefined) return [type].flat() as string[];
  return choices !== undefined || one !== undefined ? ["string"] : [];
};

function beyond(schema: JsonSchema): { what: string; value: Json }[] {
  const { type, maxLength, minLength, maxItems, maximum, minimum, format, pattern } = schema;
  const limits: [string, boolean, () => Json][] = [
    ["is none of the choices", "enum" in schema || "const" in schema, () => CANARY],
    ["has the wrong form", type === "string" && (format !== undefined || pattern !== undefined), () => `¿${CANARY}?`],
    ["is too long", maxLength !== undefined, () => CANARY.repeat(Math.ceil((Number(maxLength) + 1) / CANARY.length))],
    ["is empty", Number(minLength) > 0, () => ""],
    ["has too many items", maxItems !== undefined, () => Array.from({ length: Number(maxItems) + 1 }, (_, index) => `${CANARY}${index}`)],
    ["is too large", maximum !== undefined, () => Number(maximum) + 1],
    ["is too small", minimum !== undefined, () => Number(minimum) - 1],
    ["is a fraction", type === "integer", () => CANARY_NUMBER],
  ];
  return limits.filter(([, applies]) => applies).map(([what, , make]) => ({ what, value: make() }));
}

function rightValue(given: JsonSchema, resolve: Resolve): Json {
  const schema = forms(resolve(given))[0]!;
  if (schema !== given) return rightValue(schema, resolve);
  if (Array.isArray(schema.enum)) return schema.enum[0]!;
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined) return schema.default;
  if (Array.isArray(schema.examples)) return schema.examples[0]!;
  const [type] = [schema.type ?? "string"].flat();
  if (type === "object") {
    const required = (schema.required ?? []) as string[];
    const properties = (schema.properties ?? {}) as Record<string, JsonSchema>;
    return Object.fromEntries(required.map((name) => [name, rightValue(properties[name]!, resolve)]));
  }
  if (type === "array") return Number(schema.minItems ?? 0) > 0 ? [rightValue(schema.items as JsonSchema, resolve)] : [];
  if (type === "integer" || type === "number") return Number(schema.minimum ?? 1);
  if (type === "boolean") return false;
  if (schema.format === "email") return "someone@example.com";
  if (schema.format === "uri") return "https://example.com/";
  return "a text that is long enough";
}

function replaced(value: Json, [name, ...rest]: string[], with_: Json | undefined): Json {
  const object: JsonObject = typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
  if (rest.length > 0) return { ...object, [name!]: replaced(object[name!] ?? {}, rest, with_) };
  if (with_ !== undefined) return { ...object, [name!]: with_ };
  delete object[name!];
  return object;
}
