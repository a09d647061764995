import { z } from "zod";

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonSchema = { [keyword: string]: Json };
/** What a client sends and what it gets can differ: a default makes a field optional in one and certain in the other. */
export type Direction = "input" | "output";

export type Schemas = ReturnType<typeof createSchemas>;

const COMPONENTS = "#/components/schemas/";
const ANY_JSON = "JsonValue";
const FORMATS_THAT_SAY_IT = new Set(["uuid", "date-time", "date", "email", "uri"]);

const LISTS = new Set(["anyOf", "oneOf", "allOf", "prefixItems"]);
const MAPS = new Set(["properties", "patternProperties"]);
const SINGLES = new Set(["items", "additionalProperties", "propertyNames", "not", "contains"]);

/**
 * Collects JSON Schemas from zod schemas. Those with a name of their own (`.meta({ id })`) are kept once and referred to.
 * Objects stay open in what the server answers: a client has to bear fields that it does not know.
 */
export const createSchemas = () => {
  const kept = { input: new Map<string, JsonSchema>(), output: new Map<string, JsonSchema>() };
  const added = { input: new Map<z.ZodType, JsonSchema>(), output: new Map<z.ZodType, JsonSchema>() };

  const keep = (name: string, schema: JsonSchema, direction: Direction) => {
    const before = kept[direction].get(name);
    if (before && JSON.stringify(before) !== JSON.stringify(schema)) throw new Error(`Two different schemas are named ${name}`);
    kept[direction].set(name, schema);
  };

  /** Names whose two directions differ, by themselves or by what they refer to. */
  const differing = (): Set<string> => {
    const text = (direction: Direction, name: string) => JSON.stringify(kept[direction].get(name)).replaceAll(`"#/${direction}/`, '"#/');
    const both = [...kept.input.keys()].filter((name) => kept.output.has(name));
    const found = new Set(both.filter((name) => text("input", name) !== text("output", name)));
    const refersToFound = (name: string) => [...found].some((other) => text("input", name).includes(`"#/${other}"`));
    for (let before = -1; before !== found.size; ) {
      before = found.size;
      for (const name of both) if (refersToFound(name)) found.add(name);
    }
    return found;
  };

  const nameOf = (found: Set<string>) => (direction: Direction, name: string) =>
    direction === "input" && found.has(name) ? `${name}Input` : name;

  return {
    /** The schema in one direction. Its references are provisional until `settle`. */
    add(schema: z.ZodType, direction: Direction): JsonSchema {
      const before = added[direction].get(schema);
      if (before) return before;
      // Under a wrapper even a schema that refers to itself gets a definition of its own.
      const { properties, $defs = {} } = z.toJSONSchema(z.object({ it: schema }), { io: direction, unrepresentable: "any" }) as unknown as {
        properties: { it: JsonSchema };
        $defs?: Record<string, JsonSchema>;
      };
      for (const name of Object.keys($defs)) {
        if (isUnnamed(name)) refuseOtherThanJson(name, $defs[name]!);
        else keep(name, tidy($defs[name]!, direction), direction);
      }
      const made = tidy(properties.it, direction);
      added[direction].set(schema, made);
      return made;
    },

    /** What a schema of this document stands for: itself, or what it refers to. */
    resolve(schema: JsonSchema): JsonSchema {
      const [, direction, name] = /^#\/(input|output)\/(.+)$/.exec(String(schema.$ref ?? "")) ?? [];
      return name ? kept[direction as Direction].get(name)! : schema;
    },

    /** All named schemas, in the order of their names. */
    named(): Record<string, JsonSchema> {
      const named = nameOf(differing());
      const entries = (["input", "output"] as const).flatMap((direction) =>
        [...kept[direction]].map(([name, schema]): [string, JsonSchema] => [named(direction, name), schema]),
      );
      const json: [string, JsonSchema] = [ANY_JSON, { description: "Any JSON value." }];
      return Object.fromEntries([...entries, json].toSorted(([one], [other]) => (one < other ? -1 : 1)));
    },

    /** Turns provisional references into those of the finished document. */
    settle<Value>(value: Value): Value {
      const named = nameOf(differing());
      const settled = JSON.stringify(value).replace(
        /"\$ref":"#\/(input|output)\/([^"]+)"/g,
        (_, direction: Direction, name: string) => `"$ref":"${COMPONENTS}${named(direction, name)}"`,
      );
      return JSON.parse(settled) as Value;
    },
  };
};

const isUnnamed = (name: string) => name.startsWith("__");

/** zod numbers what refers to itself without a name. Only `z.json()` may: anything else is to be given a name. */
function refuseOtherThanJson(name: string, schema: JsonSchema): void {
  const { $defs } = z.toJSONSchema(z.object({ it: z.json() })) as unknown as { $defs: Record<string, JsonSchema> };
  const [[ownName, own]] = Object.entries($defs) as [[string, JsonSchema]];
  const nameless = (text: string, self: string) => text.replaceAll(`#/$defs/${self}"`, '#"');
  if (nameless(JSON.stringify(schema), name) === nameless(JSON.stringify(own), ownName)) return;
  throw new Error("A schema that refers to itself needs a name of its own: .meta({ id })");
}

/** The schema without what only zod reads or what says nothing more. */
function tidy(schema: JsonSchema, direction: Direction): JsonSchema {
  const entries = Object.entries(schema).filter(([keyword, value]) => saysMore(keyword, value, schema, direction));
  return Object.fromEntries(entries.map(([keyword, value]) => [keyword, tidyKeyword(keyword, value, direction)]));
}

function saysMore(keyword: string, value: Json, schema: JsonSchema, direction: Direction): boolean {
  if (keyword === "$schema" || keyword === "id" || keyword.startsWith("~")) return false;
  // A refined copy of a named object repeats all of it and refers to it as well.
  if (keyword === "$ref") return !("type" in schema);
  if (keyword === "additionalProperties") return !(direction === "output" && value === false);
  if (keyword === "pattern") return !FORMATS_THAT_SAY_IT.has(String(schema.format));
  if (keyword === "minimum") return value !== Number.MIN_SAFE_INTEGER;
  if (keyword === "maximum") return value !== Number.MAX_SAFE_INTEGER;
  if (keyword === "propertyNames") return JSON.stringify(value) !== '{"type":"string"}';
  return true;
}

function tidyKeyword(keyword: string, value: Json, direction: Direction): Json {
  const inner = (schema: Json): Json => (isObject(schema) ? tidy(schema, direction) : schema);
  if (keyword === "$ref") return reference(String(value).replace("#/$defs/", ""), direction);
  if (LISTS.has(keyword) && Array.isArray(value)) return value.map(inner);
  if (MAPS.has(keyword) && isObject(value)) return Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, inner(schema)]));
  return SINGLES.has(keyword) ? inner(value) : value;
}

const reference = (name: string, direction: Direction) => (isUnnamed(name) ? `${COMPONENTS}${ANY_JSON}` : `#/${direction}/${name}`);

const isObject = (value: Json): value is { [key: string]: Json } => typeof value === "object" && value !== null && !Array.isArray(value);
