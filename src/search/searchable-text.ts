import type { ContentPart } from "@/domain/message";

/** More of one message is not searched: a tool's result of a megabyte is data, not words. Characters. */
const MAX_INDEXED_LENGTH = 100_000;

const SNIPPET_LENGTH = 240;
const BEFORE_HIT = 60;

/** Scripts that are written without spaces: each of their characters is a word of its own, in the index and in a query. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/gu;

/** The words of a message: what was written, what was thought, what tools were asked and answered. */
export function textOf(content: readonly ContentPart[]): string {
  return content
    .map((part) => {
      if (part.type === "text" || part.type === "reasoning") return part.text;
      if (part.type === "tool_call") return `${part.name} ${JSON.stringify(part.arguments)}`;
      if (part.type === "tool_result") return part.error ?? (typeof part.result === "string" ? part.result : JSON.stringify(part.result));
      return "";
    })
    .filter((text) => text !== "")
    .join("\n");
}

export const forIndex = (text: string): string => apart(text.slice(0, MAX_INDEXED_LENGTH));

/**
 * A query in the language of SQLite's FTS5: every word must be there, the last one may be the beginning of a word. Words are quoted, so
 * that no sign in them is an operator. Null when nothing in it can be searched for. Source: sqlite.org/fts5.html#full_text_query_syntax
 */
export function toMatch(query: string): string | null {
  const words = wordsOf(query);
  if (words.length === 0) return null;
  return words.map((word, index) => `"${apart(word).trim()}"${index === words.length - 1 && !isUnspaced(word) ? "*" : ""}`).join(" ");
}

/** The part of a text around the first of the query's words, and where they stand in it. */
export function snippetOf(text: string, query: string): { snippet: string; highlights: [number, number][] } {
  const words = wordsOf(query).map((word) => word.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${words.join("|")})|${words.filter(isUnspaced).join("|") || "(?!)"}`, "giu");
  const first = text.search(pattern);
  const start = Math.max(0, first - BEFORE_HIT);
  const cut = text.slice(start, start + SNIPPET_LENGTH).replace(/\s/g, " ");
  const lead = start > 0 ? "…" : "";
  const snippet = `${lead}${cut.toWellFormed()}${start + SNIPPET_LENGTH < text.length ? "…" : ""}`;
  const highlights = [...cut.matchAll(pattern)].map((hit): [number, number] => [
    lead.length + hit.index,
    lead.length + hit.index + hit[0].length,
  ]);
  return { snippet, highlights };
}

/** Letters and digits that stand together, as the index takes them apart too. */
const wordsOf = (query: string): string[] => query.normalize("NFC").match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];

const apart = (text: string): string => text.replace(UNSPACED, " $& ").replace(/ {2,}/g, " ");

const isUnspaced = (word: string): boolean => word.search(UNSPACED) >= 0;
