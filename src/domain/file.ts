import { z } from "zod";
import { Id, Timestamp } from "./common";

export const MAX_FILE_BYTES = 10 * 1024 * 1024;

export const MAX_PATH_BYTES = 1024;
export const MAX_PATH_DEPTH = 32;

/** Where the API keeps its own words: `…/fs/_/move` and its neighbours. */
const RESERVED = "_";

export const ROOT = "/";

/**
 * A path in a session, in the one form that is kept: `/a/b.txt`, in Unicode's form NFC, so that two spellings that look the same are one
 * file. Capitals matter. A leading slash may be left out; empty and `.` segments fall away; `..` is refused, not resolved.
 */
export function readPath(given: string): { path: string } | { problem: string } {
  if (!given.isWellFormed() || /[\p{Cc}\u2028\u2029]/u.test(given)) return { problem: "must not have control characters in it" };
  const segments = given
    .normalize("NFC")
    .split("/")
    .filter((segment) => segment !== "" && segment !== ".");
  if (segments.includes("..")) return { problem: "must not have .. in it: write the path from the top" };
  if (segments[0] === RESERVED) return { problem: "must not begin with /_, which is reserved" };
  const path = `/${segments.join("/")}`;
  if (new TextEncoder().encode(path).byteLength > MAX_PATH_BYTES) return { problem: `must have at most ${MAX_PATH_BYTES} bytes` };
  if (segments.length > MAX_PATH_DEPTH) return { problem: `must be at most ${MAX_PATH_DEPTH} levels deep` };
  return { path };
}

export const parentOf = (path: string): string => path.slice(0, path.lastIndexOf("/")) || ROOT;
export const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** The directories above a path, the topmost first, without the root. */
export const parentsOf = (path: string): string[] =>
  path
    .split("/")
    .slice(1, -1)
    .map((_, index, names) => `/${names.slice(0, index + 1).join("/")}`);

export const FilePath = z.string().transform((given, context) => {
  const read = readPath(given);
  if ("path" in read) return read.path;
  context.addIssue({ code: "custom", message: read.problem });
  return z.NEVER;
});

export const FileInfo = z
  .object({
    /** The same through renames, and in forks of the session. */
    id: Id,
    session_id: Id,
    path: z.string(),
    name: z.string(),
    is_directory: z.boolean(),
    is_readonly: z.boolean(),
    size_bytes: z.int(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: "FileInfo" });
export type FileInfo = z.infer<typeof FileInfo>;

const Encoding = z.enum(["text", "base64"]);

/** `content` is null for a directory. What is no UTF-8 text comes as base64. */
export const SessionFile = FileInfo.extend({ content: z.string().nullable(), encoding: Encoding }).meta({ id: "File" });
export type SessionFile = z.infer<typeof SessionFile>;

const given = { content: z.string().nullish(), encoding: Encoding.nullish(), is_readonly: z.boolean().nullish() };

export const CreateFile = z.object({ ...given, is_directory: z.boolean().nullish() }).meta({ id: "CreateFile" });
export type CreateFile = z.infer<typeof CreateFile>;

/** Without `content`, only `is_readonly` changes. */
export const PutFile = z.object(given).meta({ id: "PutFile" });
export type PutFile = z.infer<typeof PutFile>;

export const FileAddress = z.object({ path: FilePath }).meta({ id: "FileAddress" });

export const MoveFile = z.object({ src_path: FilePath, dst_path: FilePath }).meta({ id: "MoveFile" });
export const CopyFile = z.object({ src_path: FilePath, dst_path: FilePath }).meta({ id: "CopyFile" });

export const GrepFiles = z
  .object({
    /** RE2 syntax: no look-around and no back-references, and in return no pattern takes forever. */
    pattern: z.string().min(1).max(1000),
    path_pattern: z.string().max(1000).nullish(),
    is_case_sensitive: z.boolean().default(true),
    max_matches: z.int().min(1).max(10_000).default(1000),
  })
  .meta({ id: "GrepFiles" });
export type GrepFiles = z.infer<typeof GrepFiles>;

const GrepMatch = z.object({ path: z.string(), line_number: z.int(), line: z.string() }).meta({ id: "GrepMatch" });
export type GrepMatch = z.infer<typeof GrepMatch>;

/** The lines of one file. A long line is shown around what was found. */
export const GrepResult = z.object({ path: z.string(), matches: z.array(GrepMatch) }).meta({ id: "GrepResult" });
export type GrepResult = z.infer<typeof GrepResult>;
