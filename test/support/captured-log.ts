import { pino } from "pino";

type Line = { level: number; msg: string; request_id?: string; err?: { message: string } };

/** A logger that keeps its lines for a test to read. */
export function capturedLog(level: "debug" | "error" = "error") {
  const lines: Line[] = [];
  return { lines, logger: pino({ level, base: undefined }, { write: (line: string) => void lines.push(JSON.parse(line) as Line) }) };
}
