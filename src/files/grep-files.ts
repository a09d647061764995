import type { Database } from "@/database/database";
import type { GrepMatch, GrepResult } from "@/domain/file";
import type { ContentStore } from "./content-store";
import { toText } from "./file-content";
import type { FileRow, FileStore } from "./file-store";
import { type LinePattern, linePattern } from "./line-pattern";
import { pathPattern } from "./path-pattern";

export type GrepAsked = {
  sessionId: string;
  pattern: string;
  /** A directory, or one file. */
  path: string;
  pathPattern: string | null;
  isCaseSensitive: boolean;
  maxMatches: number;
};

/** `isTruncated`: there was more than `maxMatches`, or it took too long; then not every file was looked into. */
export type Grepped = { results: GrepResult[]; isTruncated: boolean };

export type GrepFiles = ReturnType<typeof createGrepFiles>;

type Parts = { db: Database; files: FileStore; contents: ContentStore };

/** How long the event loop is held at a time, and the whole search may take. */
const SLICE_MS = 10;
const DEADLINE_MS = 5_000;

/** Text that is looked through in one go. A line that is longer is searched in pieces, and shorter ones are where a pattern is slow. */
const CHUNK_CHARACTERS = 64 * 1024;
const FIRST_PIECE_CHARACTERS = 2048;
const LEAST_PIECE_CHARACTERS = 128;
const SHOWN_CHARACTERS = 400;
/** How closely the place of a match is looked for. */
const NEAR_CHARACTERS = 64;

/**
 * Searches the text of a session's present files, line by line. Works in slices, so that nobody waits for it, and on contents, which never
 * change: what is written meanwhile is not seen. Throws `invalid` for a pattern that is none.
 */
export const createGrepFiles = ({ db, files, contents }: Parts) =>
  async function grepFiles(asked: GrepAsked, signal?: AbortSignal): Promise<Grepped> {
    const pattern = linePattern(asked.pattern, asked.isCaseSensitive);
    const isWanted = asked.pathPattern ? pathPattern(asked.pathPattern) : () => true;
    const rest = restingEvery(SLICE_MS);
    const pace = createPace();
    const deadline = performance.now() + DEADLINE_MS;
    const results: GrepResult[] = [];
    let left = asked.maxMatches;

    for (const { path, hash } of await rowsOf(asked)) {
      if (hash === null || !isWanted(path)) continue;
      const content = await db.read(() => contents.find(hash));
      if (!content?.isText) continue;
      const matches: GrepMatch[] = [];
      for (const match of searchText(toText(content.bytes), pattern, pace)) {
        if (match && left-- === 0) return { results: withMatches(results, path, matches), isTruncated: true };
        if (match) matches.push({ path, ...match });
        await rest();
        if (performance.now() > deadline || signal?.aborted) return { results: withMatches(results, path, matches), isTruncated: true };
      }
      if (matches.length > 0) results.push({ path, matches });
      await rest();
    }
    return { results, isTruncated: false };

    async function rowsOf({ sessionId, path }: GrepAsked): Promise<Pick<FileRow, "path" | "hash">[]> {
      return db.read(function* () {
        const row = path === "/" ? undefined : yield* files.find(db, sessionId, path);
        if (row && !row.isDirectory) return [row];
        return yield* files.allBelow(db, sessionId, path);
      });
    }
  };

const withMatches = (results: GrepResult[], path: string, matches: GrepMatch[]): GrepResult[] =>
  matches.length > 0 ? [...results, { path, matches }] : results;

type Found = { line_number: number; line: string };

/** The lines that match; now and then nothing, where whoever asks may rest. */
function* searchText(text: string, pattern: LinePattern, pace: Pace): Generator<Found | null> {
  let counted = 0;
  let lineNumber = 1;
  const numberAt = (position: number): number => {
    for (let at = text.indexOf("\n", counted); at !== -1 && at < position; at = text.indexOf("\n", at + 1)) {
      lineNumber++;
      counted = at + 1;
    }
    return lineNumber;
  };

  for (const { start, end } of chunksOf(text)) {
    const chunk = text.slice(start, end);
    for (const { from, line } of pattern.hint ? hintedLines(chunk, pattern.hint) : allLines(chunk)) {
      const at = pattern.isPlain ? line.search(pattern.hint!) : yield* placeIn(line, pattern, pace);
      if (at !== null) yield { line_number: numberAt(start + from), line: shown(line, at) };
    }
    yield null;
  }
}

/** About where the line matches, or null; with a rest after each piece that took its time. */
function* placeIn(line: string, pattern: LinePattern, pace: Pace): Generator<null, number | null> {
  for (let from = 0; ; ) {
    const piece = line.slice(from, from + pace.characters());
    const begun = performance.now();
    const isFound = pattern.matches(piece);
    const tookMs = performance.now() - begun;
    pace.took(piece.length, tookMs);
    if (tookMs > 1) yield null;
    if (isFound) return line.length <= SHOWN_CHARACTERS ? 0 : from + (yield* endOfMatch(piece, pattern));
    from += piece.length;
    if (from >= line.length) return null;
  }
}

/** Found by halves: a pattern that tells by itself where it matches looks for the longest match, and may hold everyone up for that. */
function* endOfMatch(piece: string, pattern: LinePattern): Generator<null, number> {
  let without = 0;
  let within = piece.length;
  while (within - without > NEAR_CHARACTERS) {
    const half = (without + within) >> 1;
    const begun = performance.now();
    if (pattern.matches(piece.slice(0, half))) within = half;
    else without = half;
    if (performance.now() - begun > 1) yield null;
  }
  return within;
}

type Pace = ReturnType<typeof createPace>;

/** How much of a line is given to the pattern at a time: more while it is quick, and less for good once a piece has held everyone up. */
function createPace() {
  let characters = FIRST_PIECE_CHARACTERS;
  let isSlow = false;
  return {
    characters: () => characters,
    took(searched: number, ms: number): void {
      isSlow ||= ms > SLICE_MS;
      if (ms > SLICE_MS) characters = Math.max(LEAST_PIECE_CHARACTERS, characters / 4);
      else if (!isSlow && searched === characters && ms < 1) characters = Math.min(CHUNK_CHARACTERS, characters * 4);
    },
  };
}

/** Pieces that end at the end of a line wherever a line ends in them. */
function* chunksOf(text: string): Generator<{ start: number; end: number }> {
  for (let start = 0; start < text.length; ) {
    const limit = start + CHUNK_CHARACTERS;
    const lastBreak = limit < text.length ? text.lastIndexOf("\n", limit - 1) : -1;
    const end = limit >= text.length ? text.length : lastBreak > start ? lastBreak + 1 : limit;
    yield { start, end };
    start = end;
  }
}

type Line = { from: number; line: string };

const lineFrom = (chunk: string, from: number): { line: string; next: number } => {
  const end = chunk.indexOf("\n", from);
  const line = end === -1 ? chunk.slice(from) : chunk.slice(from, end);
  return { line: line.endsWith("\r") ? line.slice(0, -1) : line, next: end === -1 ? chunk.length : end + 1 };
};

function* allLines(chunk: string): Generator<Line> {
  for (let from = 0; from < chunk.length; ) {
    const { line, next } = lineFrom(chunk, from);
    yield { from, line };
    from = next;
  }
}

function* hintedLines(chunk: string, hint: RegExp): Generator<Line> {
  hint.lastIndex = 0;
  for (let hit = hint.exec(chunk); hit; hit = hint.exec(chunk)) {
    const from = hit.index === 0 ? 0 : chunk.lastIndexOf("\n", hit.index - 1) + 1;
    const { line, next } = lineFrom(chunk, from);
    yield { from, line };
    hint.lastIndex = Math.max(next, hit.index + 1);
  }
}

/** A long line, cut to what is around the place of the match, half before it. */
function shown(line: string, at: number): string {
  if (line.length <= SHOWN_CHARACTERS) return line;
  const from = Math.max(0, Math.min(at - SHOWN_CHARACTERS / 2, line.length - SHOWN_CHARACTERS));
  const cut = line.slice(from, from + SHOWN_CHARACTERS).toWellFormed();
  return `${from > 0 ? "…" : ""}${cut}${from + SHOWN_CHARACTERS < line.length ? "…" : ""}`;
}

/** Lets everybody else go on once so much time has passed. */
function restingEvery(ms: number): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < ms) return undefined;
    return new Promise((resolve) =>
      setImmediate(() => {
        since = performance.now();
        resolve();
      }),
    );
  };
}
