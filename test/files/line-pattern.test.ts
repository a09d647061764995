import { expect, test } from "bun:test";
import fc from "fast-check";
import { RE2JS } from "re2js";
import { certainWord, linePattern } from "@/files/line-pattern";
import { testApp } from "../support/test-app";

const piece = fc.constantFrom(
  "a",
  "b",
  "ab",
  "foo",
  ".",
  "\\.",
  "\\w",
  "\\d",
  "[ab]",
  "[^a]",
  "(ab)",
  "(a|b)",
  "(?:foo|b)",
  "^",
  "$",
  "\\b",
  "\\x61",
  "\\pL",
  "{",
  "}",
  "é",
  "-",
);
const quantifier = fc.constantFrom("", "", "", "?", "*", "+", "{2}", "{0,1}", "{1,}", "??", "+?");
const pattern = fc
  .array(fc.tuple(piece, quantifier), { minLength: 1, maxLength: 6 })
  .map((pieces) => pieces.map(([text, times]) => text + times).join(""))
  .chain((one) => fc.constantFrom(one, `${one}|foo`, `x${one}`));
const line = fc
  .array(fc.constantFrom("a", "b", "foo", ".", "1", " ", "x", "é", "-", "{", "aa"), { maxLength: 12 })
  .map((parts) => parts.join(""));

test("what a pattern is said to be certain of is in every line that it matches, and shortcuts find what RE2 finds", () => {
  fc.assert(
    fc.property(pattern, line, fc.boolean(), (given, text, isCaseSensitive) => {
      const compiled = compile(given, isCaseSensitive);
      if (!compiled) return;
      const found = compiled.test(text);
      const quick = linePattern(given, isCaseSensitive);
      expect(quick.matches(text)).toBe(found);
      if (found) expect(text).toContain(isCaseSensitive ? certainWord(given) : "");
      if (found && quick.hint) expect(text.search(quick.hint)).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 5000 },
  );
});

test.each([
  ["TODO", "TODO"],
  ["fn\\s+main", "main"],
  ["const \\w+ = require\\(", " = require("],
  ["colou?r", "colo"],
  ["(a|b)cde", "cde"],
  ["a|b", ""],
  ["(?i)todo", ""],
  ["x{3}yz", "yz"],
  ["[abc]+", ""],
])("%s is certain of %s", (given, word) => {
  expect(certainWord(given)).toBe(word);
});

function compile(given: string, isCaseSensitive: boolean): RE2JS | null {
  try {
    return RE2JS.compile(given, isCaseSensitive ? 0 : RE2JS.CASE_INSENSITIVE);
  } catch {
    return null;
  }
}

test("where a line matches is told without giving the whole of it to a pattern that would take its time", async () => {
  await using app = await testApp();
  const session = await app.createSession((await app.createAgent()).id);
  await app.call("PUT", `${session.path}/fs/wide.txt`, { content: `${"a".repeat(60_000)}\n`.repeat(4) });
  let longestMs = 0;
  let since = performance.now();
  const beat = setInterval(() => {
    longestMs = Math.max(longestMs, performance.now() - since);
    since = performance.now();
  }, 1);
  const { status } = await app.post(`${session.path}/fs/_/grep`, { pattern: "(.*a.*){40}" });
  clearInterval(beat);
  expect([status, longestMs < 400]).toEqual([200, true]);
});
