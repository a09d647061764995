import { styleText } from "node:util";

/** Data goes to stdout, and everything that is said beside it to stderr. */
export const print = (text: string): void => void process.stdout.write(text === "" || text.endsWith("\n") ? text : `${text}\n`);
export const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** What people and models have written must not command a terminal. Line breaks and tabs stay. */
export const harmless = (text: string): string => text.replace(/[^\P{C}\n\t]/gu, "?");

/** Beside the point; without colour into a file or with NO_COLOR. */
export const dim = (text: string): string => styleText("dim", text, { stream: process.stderr });

type Cell = string | number | null;

/** One line each: in columns for a person, between tabs for a program. */
export function printRows(rows: readonly (readonly Cell[])[]): void {
  const cells = rows.map((row) => row.map((cell) => harmless(String(cell ?? "")).replace(/\s+/g, " ")));
  if (!process.stdout.isTTY) {
    print(cells.map((row) => row.join("\t")).join("\n"));
    return;
  }
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => Bun.stringWidth(row[column]!))));
  const padded = (row: string[]) => row.map((cell, column) => cell + " ".repeat(widths[column]! - Bun.stringWidth(cell))).join("  ");
  print(cells.map((row) => padded(row).trimEnd()).join("\n"));
}

export const printJson = (value: unknown): void => print(JSON.stringify(value, null, 2));
