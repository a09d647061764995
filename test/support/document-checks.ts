import { validate as parserValidate } from "@readme/openapi-parser";
import { Validator } from "@seriousme/openapi-schema-validator";
import type { OpenApiDocument } from "@/server/openapi";
import { ADDITIONS, type DocumentedAs, SEED_ROUTES } from "./seed-routes";

/** What two independent validators have against the document. */
export async function validatorsFindings(document: OpenApiDocument): Promise<unknown[]> {
  const { valid, errors } = await new Validator().validate(structuredClone(document));
  const parsed = await parserValidate(structuredClone(document) as unknown as Parameters<typeof parserValidate>[0]);
  return [...(valid ? [] : [errors]), ...(parsed.valid ? [] : parsed.errors)];
}

/** References to what the document does not hold. */
export function danglingRefs(document: OpenApiDocument): string[] {
  const isHeld = (ref: string) => {
    const [, kind, name] = /^#\/components\/(\w+)\/(\w+)$/.exec(ref) ?? [];
    return kind !== undefined && Object.hasOwn(document.components, kind) && Object.hasOwn(document.components[kind as "schemas"], name!);
  };
  return refsIn(document).filter((ref) => !isHeld(ref));
}

export const refsIn = (value: unknown): string[] => {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === "$ref" && typeof inner === "string" ? [inner] : refsIn(inner)));
};

/** Rows of the specification that the document leaves out. */
export function missingSeedRoutes(document: OpenApiDocument): string[] {
  const documented = new Set(documentedRoutes(document));
  return SEED_ROUTES.map(spelled).filter((route) => !documented.has(route));
}

/** Documented routes that stand neither in the specification nor among the additions to it. */
export function unlistedRoutes(document: OpenApiDocument): string[] {
  const listed = new Set([...SEED_ROUTES, ...ADDITIONS].map(spelled));
  return documentedRoutes(document).filter((route) => !listed.has(route));
}

const spelled = ({ method, path }: DocumentedAs) => `${method} ${path}`;

const documentedRoutes = (document: OpenApiDocument) =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => spelled({ method: method.toUpperCase(), path })),
  );
