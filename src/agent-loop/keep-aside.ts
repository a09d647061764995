import type { ToolResultPart } from "@/domain/message";
import type { JsonValue } from "./tool";

/** The tool that reads on where a result was kept aside. What it answers is short enough not to be kept aside again. */
export const READ_RESULT = "read_result";

export type AsideRules = {
  /** More characters of JSON than this are not shown at once. */
  maxResultCharacters: number;
  /** The model has the tool that reads the rest. */
  canReadOn: boolean;
};

/**
 * What a model is shown of a tool's result: all of it, or its beginning and how to read on. The same result is always shown the same,
 * and the log keeps it whole.
 */
export function keepAside(part: ToolResultPart, { maxResultCharacters, canReadOn }: AsideRules): ToolResultPart {
  const text = textOf(part);
  if (text.length <= maxResultCharacters) return part;
  const about = { id: part.tool_call_id, shown: maxResultCharacters, of: text.length };
  const beginning = text.slice(0, maxResultCharacters).toWellFormed();
  if (part.error !== null) return { ...part, error: `${beginning}… (${note(about, canReadOn)})` };
  return { ...part, result: { beginning, total_characters: text.length, note: note(about, canReadOn) } };
}

/** The text that a result is cut and read on in: its own, or its JSON. */
export const textOf = ({ result, error }: { result: JsonValue; error: string | null }): string =>
  error ?? (typeof result === "string" ? result : JSON.stringify(result));

function note({ id, shown, of }: { id: string; shown: number; of: number }, canReadOn: boolean): string {
  const readOn = `Read on with ${READ_RESULT} {"tool_call_id": ${JSON.stringify(id)}, "offset": ${shown}}.`;
  return `These are the first ${shown} of ${of} characters. ${canReadOn ? readOn : "The rest was left out to save room."}`;
}

/** Characters of one result that the log keeps. */
const MAX_KEPT_CHARACTERS = 1024 * 1024;

/** What the log keeps of a result or an error: no tool can fill the disk with one answer. */
export function bounded<Ended extends { result: JsonValue; error: string | null }>(outcome: Ended): Ended {
  const text = textOf(outcome);
  if (text.length <= MAX_KEPT_CHARACTERS) return outcome;
  const beginning = text.slice(0, MAX_KEPT_CHARACTERS).toWellFormed();
  const cut = `Cut off here: ${MAX_KEPT_CHARACTERS} of ${text.length} characters are kept.`;
  if (outcome.error !== null) return { ...outcome, error: `${beginning}… (${cut})` };
  return { ...outcome, result: { beginning, note: cut } };
}
