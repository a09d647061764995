import { Elysia } from "elysia";
import type { z } from "zod";

/** A group of routes under one path and one tag of the documentation. */
export const resource = <Prefix extends string>(prefix: Prefix, tag: string) =>
  new Elysia({ prefix, tags: [tag], handler: { standardHostname: false } });

/** An answer's body: a schema, or what it is where it is not JSON. */
type Answer = z.ZodType | { description: string; contentType?: string; schema?: z.ZodType };

export type RouteDoc = {
  operationId: string;
  summary: string;
  description?: string;
  /** By status: what a success looks like. `null` has no body. Failures are the same everywhere and are added by the document. */
  answers: Record<number, Answer | null>;
  /** Needs no credential, in any mode. */
  isPublic?: boolean;
  /** The body may also be a file's bytes as they are, under another type than JSON's. */
  takesBytes?: boolean;
};

/**
 * What the documentation says of a route. Answers stand here and not under Elysia's `response`, which would check
 * every answer at run time; the tests hold the answers against the document instead.
 */
export const doc = (route: RouteDoc) => route as unknown as { operationId: string; summary: string };
