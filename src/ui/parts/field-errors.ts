import { ApiError, wordsOf } from "@/ui/api/client";

/** The API's words about this field of what was sent; undefined where it found another one wrong. */
export function errorAt(error: unknown, field: string): string | undefined {
  if (!(error instanceof ApiError) || error.status !== 400) return undefined;
  const [place = "", ...claim] = error.message.split(" ");
  if (place !== field && place !== `${field}:` && !place.startsWith(`${field}.`)) return undefined;
  const words = claim.join(" ");
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
}

/** What is wrong and belongs to none of these fields. */
export const errorBeside = (error: unknown, fields: readonly string[]): string | undefined =>
  error === null || fields.some((field) => errorAt(error, field) !== undefined) ? undefined : wordsOf(error);
