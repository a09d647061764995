import { RE2JS } from "re2js";
import { invalid } from "@/platform/app-error";

export type LinePattern = {
  /** Words alone, which take no time. */
  isPlain: boolean;
  /** Finds lines that may match much faster than asking each: none that matches is without it. Null where no such thing is known. */
  hint: RegExp | null;
  matches(line: string): boolean;
};

/**
 * A pattern for single lines, in RE2's syntax, whose time grows with the line's length alone. What it must contain is looked for by the
 * runtime's own expressions, which are ten times faster: only plain words are handed to those, never the pattern, so none can run away.
 * Throws `invalid` for a pattern that is none.
 */
export function linePattern(pattern: string, isCaseSensitive: boolean): LinePattern {
  const flags = isCaseSensitive ? "" : "i";
  const words = pattern.split("|");
  if (words.every((word) => word !== "" && isPlain(word))) {
    const plain = new RegExp(words.map(escaped).join("|"), flags);
    return {
      isPlain: true,
      hint: new RegExp(plain.source, `${flags}g`),
      matches: (line) => plain.test(line),
    };
  }
  const compiled = compile(pattern, isCaseSensitive);
  const word = isCaseSensitive ? certainWord(pattern) : "";
  return {
    isPlain: false,
    hint: word.length >= 2 ? new RegExp(escaped(word), "g") : null,
    matches: (line) => compiled.test(line),
  };
}

const isPlain = (text: string): boolean => /^[^\\^$.*+?()[\]{}]*$/.test(text);

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");

/** The time for a character can grow with the instructions: with so many it is a twentieth of a millisecond at worst. */
const MAX_PROGRAM = 500;

function compile(pattern: string, isCaseSensitive: boolean): RE2JS {
  const compiled = tryCompile(pattern, isCaseSensitive);
  if (!compiled) throw invalid("pattern must be a regular expression in RE2 syntax: without look-around and back-references");
  if (compiled.programSize() > MAX_PROGRAM) throw invalid("pattern must be simpler: its repetitions multiply");
  return compiled;
}

function tryCompile(pattern: string, isCaseSensitive: boolean): RE2JS | null {
  try {
    return RE2JS.compile(pattern, isCaseSensitive ? 0 : RE2JS.CASE_INSENSITIVE);
  } catch {
    return null;
  }
}

/** The longest run of characters that every match has in it, as far as a glance tells; empty where none is certain. */
export function certainWord(pattern: string): string {
  // A choice at the top, or flags set inside, make nothing certain.
  const items = itemsOf(pattern);
  if (items === null) return "";
  let longest = "";
  let run = "";
  for (const { literal, isCertain, isRepeated } of items) {
    if (literal !== null && isCertain) run += literal;
    if (run.length > longest.length) longest = run;
    if (literal === null || !isCertain || isRepeated) run = "";
  }
  return longest;
}

type Item = { literal: string | null; isCertain: boolean; isRepeated: boolean };

const ITEM = /\\[pP](?:\{[^}]*\}|[A-Za-z])|\\x\{[^}]*\}|\\x[0-9a-fA-F]{2}|\\Q|\\[0-7]{1,3}|\\.|\[(?:\\.|\[:[^\]]*:\]|[^\]\\])*\]|[\s\S]/gu;

function itemsOf(pattern: string): Item[] | null {
  const tokens: string[] = pattern.match(ITEM) ?? [];
  if (tokens.includes("\\Q") || /\(\?(?!:)/.test(pattern) || pattern.includes("[]") || pattern.includes("[^]")) return null;
  const items: Item[] = [];
  let depth = 0;
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]!;
    if (token === "(") depth++;
    if (token === ")") depth--;
    if (depth === 0 && token === "|") return null;
    if (depth > 0) continue;
    const [quantifier = ""] = /^(\?|\*|\+|\{\d+(,\d*)?\})/.exec(tokens.slice(index + 1, index + 12).join("")) ?? [];
    const isCertain = quantifier === "" || quantifier === "+" || /^\{[1-9]/.test(quantifier);
    items.push({ literal: literalOf(token), isCertain, isRepeated: quantifier !== "" });
    if (quantifier !== "") index += [...quantifier].length;
  }
  return depth === 0 ? items : null;
}

function literalOf(token: string): string | null {
  if (/^\\[^\p{L}\p{N}]$/u.test(token)) return token[1]!;
  return /^[^\\[\]().^$|*+?{}]$/u.test(token) ? token : null;
}
