import { z } from "zod";
import { defineTool, type JsonValue, ToolFailure } from "@/agent-loop/tool";
import type { Database, Script } from "@/database/database";
import { FilePath, ROOT } from "@/domain/file";
import { toText } from "@/files/file-content";
import { type FileRow, type FileStore, toFileInfo } from "@/files/file-store";
import type { GrepFiles } from "@/files/grep-files";
import { pathPattern } from "@/files/path-pattern";
import type { ReadFiles } from "@/files/read-files";

export type FileReadingParts = { db: Database; files: FileStore; readFiles: ReadFiles; grepFiles: GrepFiles };

/** What a model is given of a file, or a list, at a time: more would crowd everything else out of its context. */
const MAX_READ_CHARACTERS = 50_000;
const MAX_READ_LINES = 2000;
const MAX_LISTED = 500;

const Path = FilePath.describe("Path of the file, such as /notes/plan.md.");
const Directory = FilePath.default(ROOT).describe("Path of a directory; / is the topmost.");
const firstPage = { offset: 0, limit: MAX_LISTED };

/** Tools that look at a session's files and change nothing. */
export function fileReadingTools({ db, files, readFiles, grepFiles: grep }: FileReadingParts) {
  const readFile = defineTool({
    name: "read_file",
    description: `Read a text file, whole or from one line to another. At most ${MAX_READ_LINES} lines and ${MAX_READ_CHARACTERS} characters at a time; next_line says where to read on.`,
    input: z.object({
      path: Path,
      start_line: z.int().min(1).default(1).describe("First line to read, counted from 1."),
      end_line: z.int().min(1).optional().describe("Last line to read."),
    }),
    effect: "pure",
    async run({ path, start_line, end_line }, { sessionId }): Promise<JsonValue> {
      const { row, bytes, isText } = await db.read(function* () {
        const row = yield* readFiles.get(sessionId, path);
        return { row, ...(yield* readFiles.contentOf(row)) };
      });
      const about = { path, size_bytes: row.sizeBytes };
      if (!isText)
        return { ...about, content: null, note: `This is not text but ${kindOf(bytes)}: it can be moved, copied and deleted, not read.` };
      return { ...about, ...linesOf(toText(bytes), start_line, end_line) };
    },
  });

  const listDirectory = defineTool({
    name: "list_directory",
    description: `List what is in a directory: names, sizes, and whether it is a directory. At most ${MAX_LISTED} entries.`,
    input: z.object({ path: Directory, recursive: z.boolean().default(false).describe("Everything below too.") }),
    effect: "pure",
    async run({ path, recursive }, { sessionId }): Promise<JsonValue> {
      const { items, total } = await db.read(function* () {
        if (!(yield* readFiles.isDirectory(sessionId, path))) throw new ToolFailure("This is a file. Use read_file or stat_file.");
        return yield* readFiles.list(sessionId, path, recursive, "now", firstPage);
      });
      return { path, entries: items.map(toEntry), total, ...(total > items.length && { note: `The first ${items.length} of ${total}.` }) };
    },
  });

  const findFiles = defineTool({
    name: "find_files",
    description: `Find files by their paths. Pattern: *.md (a name, anywhere), /src/**/*.ts (a path), or any part of a path. At most ${MAX_LISTED} results.`,
    input: z.object({
      pattern: z.string().min(1).max(1000).describe("A glob with * ** ? [abc] {a,b}, or a part of the path."),
      path: Directory,
    }),
    effect: "pure",
    async run({ pattern, path }, { sessionId }): Promise<JsonValue> {
      const isWanted = pathPattern(pattern);
      const rows = await db.read(() => files.allBelow(db, sessionId, path));
      const found = rows.filter((row) => isWanted(row.path));
      const entries = found.slice(0, MAX_LISTED).map(toEntry);
      return {
        entries,
        total: found.length,
        ...(found.length > entries.length && { note: `The first ${entries.length} of ${found.length}.` }),
      };
    },
  });

  const grepFiles = defineTool({
    name: "grep_files",
    description:
      "Search the text of files, line by line, with a regular expression (RE2: no look-around, no back-references). Returns path, line number and line.",
    input: z.object({
      pattern: z.string().min(1).max(1000).describe("Regular expression, such as TODO|FIXME or function \\w+."),
      path: Directory.describe("Directory or file to search in; / is everything."),
      path_pattern: z.string().min(1).max(1000).optional().describe("Only files whose path fits: *.ts, /src/**, or a part of the path."),
      case_sensitive: z.boolean().default(true),
      max_matches: z.int().min(1).max(500).default(100),
    }),
    effect: "pure",
    async run(given, { sessionId, signal }): Promise<JsonValue> {
      const { pattern, path, path_pattern, case_sensitive, max_matches } = given;
      await db.read(() => readFiles.isDirectory(sessionId, path));
      const asked = {
        sessionId,
        pattern,
        path,
        pathPattern: path_pattern ?? null,
        isCaseSensitive: case_sensitive,
        maxMatches: max_matches,
      };
      const { results, isTruncated } = await grep(asked, signal);
      const matches = results.flatMap((result) => result.matches);
      const note = "There may be more: narrow the pattern, the path or path_pattern.";
      return { matches, total: matches.length, ...(isTruncated && { truncated: true, note }) };
    },
  });

  const statFile = defineTool({
    name: "stat_file",
    description: "Describe a file or directory without reading it: size, whether it is text, whether it is read-only, when it changed.",
    input: z.object({ path: Path }),
    effect: "pure",
    run: ({ path }, { sessionId }): Promise<JsonValue> =>
      db.read(function* (): Script<JsonValue> {
        const row = yield* readFiles.get(sessionId, path);
        const { id: _, session_id: __, ...info } = toFileInfo(row);
        return row.isDirectory ? info : { ...info, is_text: (yield* readFiles.contentOf(row)).isText };
      }),
  });

  return { readFile, listDirectory, findFiles, grepFiles, statFile };
}

const toEntry = ({ path, isDirectory, isReadonly, sizeBytes }: FileRow): JsonValue => ({
  path,
  ...(isDirectory ? { is_directory: true } : { size_bytes: sizeBytes }),
  ...(isReadonly && { is_readonly: true }),
});

function linesOf(text: string, first: number, last: number | undefined) {
  const lines = text.split("\n");
  // What ends with a line break has no further line behind it.
  if (lines.length > 1 && lines.at(-1) === "") lines.pop();
  if (first > lines.length) throw new ToolFailure(`The file has ${lines.length} lines: start_line is beyond its end.`);
  const wanted = lines.slice(first - 1, Math.min(last ?? Number.POSITIVE_INFINITY, first - 1 + MAX_READ_LINES));
  const shown = wanted.slice(0, Math.max(1, fittingLines(wanted)));
  const isWhole = shown.length === lines.length;
  const content = shown.join("\n");
  const end = first + shown.length - 1;
  return {
    content: isWhole && text.length <= MAX_READ_CHARACTERS ? text : cut(content),
    start_line: first,
    end_line: end,
    total_lines: lines.length,
    ...(content.length > MAX_READ_CHARACTERS && {
      note: `Line ${first} is ${content.length} characters long: only its beginning is shown. Use grep_files to look into it.`,
    }),
    ...(end < lines.length && end !== last && { next_line: end + 1 }),
  };
}

/** How many of these lines are not too much together. */
function fittingLines(lines: readonly string[]): number {
  let length = 0;
  for (const [index, line] of lines.entries()) {
    length += line.length + 1;
    if (length > MAX_READ_CHARACTERS) return index;
  }
  return lines.length;
}

const cut = (text: string): string => (text.length > MAX_READ_CHARACTERS ? text.slice(0, MAX_READ_CHARACTERS).toWellFormed() : text);

/** By its first bytes. Source: en.wikipedia.org/wiki/List_of_file_signatures */
const KINDS: readonly [signature: string, kind: string][] = [
  ["89504e47", "a PNG image"],
  ["ffd8ff", "a JPEG image"],
  ["47494638", "a GIF image"],
  ["25504446", "a PDF document"],
  ["504b0304", "a ZIP archive or an office document"],
  ["1f8b", "a gzip archive"],
];

function kindOf(bytes: Uint8Array): string {
  const start = Buffer.from(bytes.subarray(0, 8)).toString("hex");
  return KINDS.find(([signature]) => start.startsWith(signature))?.[1] ?? "binary data";
}
