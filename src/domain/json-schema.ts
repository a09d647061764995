import { z } from "zod";

type Json = z.infer<ReturnType<typeof z.json>>;
type Schema = { [keyword: string]: Json };

/**
 * What checks a value against a JSON Schema that somebody else wrote, or null where it is none. Types, properties, choices, limits and
 * unions are checked, through local references too. Patterns, formats and conditions are not: a stranger's pattern can hold up the
 * server, and whoever runs the tool sees the value and has the last word. Nor is what lies behind a reference to itself.
 */
export function inputSchemaOf(schema: Schema): z.ZodType<Json> | null {
  const known = made.get(schema);
  if (known !== undefined) return known;
  const input = make(schema);
  made.set(schema, input);
  return input;
}

const made = new WeakMap<Schema, z.ZodType<Json> | null>();

/** A schema that grows beyond this many parts, its references written out, could keep the server busy for long. */
const MAX_PARTS = 5000;

class NoSchema extends Error {}

function make(root: Schema): z.ZodType<Json> | null {
  let parts = 0;
  try {
    return z.fromJSONSchema(writtenOut(root, []) as Parameters<typeof z.fromJSONSchema>[0]) as z.ZodType<Json>;
  } catch {
    return null;
  }

  /** The schema with what is checked and nothing else. `path` holds the references that it was reached through. */
  function writtenOut(schema: Json | undefined, path: readonly string[]): Schema | boolean {
    if (++parts > MAX_PARTS) throw new NoSchema();
    if (typeof schema === "boolean") return schema;
    if (!isObject(schema)) throw new NoSchema();
    const own: Schema = {};
    for (const [keyword, value] of Object.entries(schema)) {
      if (keyword in CHECKED && !CHECKED[keyword]!(value)) throw new NoSchema();
      if (keyword in CHECKED) own[keyword] = value;
      else if (LISTS.has(keyword)) own[keyword] = listed(value).map((each) => writtenOut(each, path));
      else if (keyword === "properties") own[keyword] = named(value, path);
      else if (keyword === "additionalProperties" || keyword === "items") own[keyword] = writtenOut(value, path);
    }
    if (schema.$ref === undefined) return own;
    const target = path.includes(String(schema.$ref)) ? {} : writtenOut(found(schema.$ref), [...path, String(schema.$ref)]);
    return Object.keys(own).length === 0 ? target : { allOf: [own, target] };
  }

  function named(value: Json, path: readonly string[]): Schema {
    if (!isObject(value)) throw new NoSchema();
    return Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, writtenOut(schema, path)]));
  }

  function found(ref: Json): Json | undefined {
    if (typeof ref !== "string" || !/^#(\/|$)/.test(ref)) throw new NoSchema();
    const names = ref
      .split("/")
      .slice(1)
      .map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
    return names.reduce<Json | undefined>((inner, name) => (isObject(inner) && Object.hasOwn(inner, name) ? inner[name] : undefined), root);
  }
}

const LISTS = new Set(["anyOf", "oneOf", "allOf", "prefixItems"]);
const TYPES = ["string", "number", "integer", "boolean", "object", "array", "null"];

const isObject = (value: Json | undefined): value is Schema => typeof value === "object" && value !== null && !Array.isArray(value);
const isNumber = (value: Json): boolean => typeof value === "number";
const isCount = (value: Json): boolean => Number.isInteger(value) && Number(value) >= 0;
const isType = (value: Json): boolean => typeof value === "string" && TYPES.includes(value);

/** What is taken over as it is, and what it must look like. */
const CHECKED: Record<string, (value: Json) => boolean> = {
  type: (value) => (Array.isArray(value) ? value.length > 0 && value.every(isType) : isType(value)),
  required: (value) => Array.isArray(value) && value.every((name) => typeof name === "string"),
  enum: (value) => Array.isArray(value) && value.length > 0,
  const: () => true,
  minimum: isNumber,
  maximum: isNumber,
  exclusiveMinimum: isNumber,
  exclusiveMaximum: isNumber,
  multipleOf: (value) => Number(value) > 0,
  minLength: isCount,
  maxLength: isCount,
  minItems: isCount,
  maxItems: isCount,
};

function listed(value: Json): Json[] {
  if (!Array.isArray(value) || value.length === 0) throw new NoSchema();
  return value;
}
