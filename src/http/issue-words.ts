import type { z } from "zod";

type Issue = z.core.$ZodIssue;

/** What is wrong with a request, for the person who wrote it: `name must be a string`. Says the names of our fields and nothing that was submitted. */
export function sayIssue(issue: Issue | undefined, whole: string): string {
  const { path, claim } = found(issue);
  const field = path.map(String).filter(isFieldName).join(".");
  return `${field === "" ? whole : field} ${claim}`;
}

type Found = { path: PropertyKey[]; claim: string; isMissing: boolean };

function found(issue: Issue | undefined): Found {
  if (!issue) return { path: [], claim: "is not valid", isMissing: false };
  if (issue.code === "invalid_union") return foundInUnion(issue);
  if (issue.code === "invalid_key")
    return { path: issue.path.slice(0, -1), claim: `has a key that ${found(issue.issues[0]).claim}`, isMissing: false };
  const claim = isOwnWord(issue.message) ? issue.message : claimOf(issue);
  return { path: issue.path, claim, isMissing: claim === "is required" };
}

/** Of several forms that were all missed, the one that the client most likely meant: it comes closest, and what is wrong lies deepest in it. */
function foundInUnion({ path, message, errors }: z.core.$ZodIssueInvalidUnion): Found {
  const forms = errors.flatMap((issues) => (issues[0] ? [{ ...found(issues[0]), count: issues.length }] : []));
  const [closest] = forms.toSorted(
    (one, other) => one.count - other.count || other.path.length - one.path.length || Number(one.isMissing) - Number(other.isMissing),
  );
  const isMissing = forms.length > 0 && forms.every((form) => form.isMissing && form.path.length === 0);
  if (isMissing) return { path, claim: "is required", isMissing };
  const isInside = closest !== undefined && closest.path.length > 0;
  if (!isInside && isOwnWord(message)) return { path, claim: message, isMissing: false };
  return closest ? { ...closest, path: [...path, ...closest.path] } : { path, claim: "is not valid", isMissing: false };
}

/** Keys of free-form objects are the client's own words; only names that look like ours are repeated. */
const isFieldName = (part: string): boolean => /^([a-z_]{1,40}|\d{1,6})$/.test(part);

/** Whether the schema said itself what is wanted, and not zod for it. */
const isOwnWord = (message: string): boolean => /^(must|is|needs|has|are|can)\b/.test(message);

const TYPES: Record<string, string> = {
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

const FORMATS: Record<string, string> = {
  uuid: "a UUID",
  email: "an email address",
  url: "an address",
  datetime: "a time such as 2026-01-31T12:00:00Z",
};

function claimOf(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      if (issue.message.endsWith("received undefined")) return "is required";
      return `must be ${TYPES[issue.expected] ?? "of another type"}`;
    case "invalid_value":
      return `must be ${issue.values.length === 1 ? "" : "one of "}${issue.values.map(String).join(", ")}`;
    case "invalid_format":
      return FORMATS[issue.format] ? `must be ${FORMATS[issue.format]}` : "has the wrong form";
    case "too_small":
      if (issue.origin !== "string" && issue.origin !== "array")
        return `must be ${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}`;
      return Number(issue.minimum) === 1 ? "must not be empty" : `must have at least ${counted(issue.minimum, issue.origin)}`;
    case "too_big":
      if (issue.origin !== "string" && issue.origin !== "array")
        return `must be ${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}`;
      return `must have at most ${counted(issue.maximum, issue.origin)}`;
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}`;
    default:
      return "is not valid";
  }
}

const counted = (many: number | bigint, origin: string): string =>
  `${many} ${origin === "string" ? "character" : "item"}${Number(many) === 1 ? "" : "s"}`;
