import { readFileSync } from "node:fs";
import { StartRefused } from "@/platform/app-error";
import { SETTINGS } from "./settings";

export type Environment = Record<string, string | undefined>;

export type Read = ReturnType<typeof createRead>;

/** Reads variables. What is malformed is a `StartRefused` that names the variable and never its value. */
export function createRead(env: Environment) {
  const given = (variable: string): string | undefined => env[variable] || undefined;

  /** A secret, or the file that holds it: `<variable>_FILE`, as container platforms hand them out. The file's last line break is no part of it. */
  function secret(variable: string): string | undefined {
    const path = given(`${variable}_FILE`);
    if (path === undefined) return given(variable);
    if (given(variable) !== undefined) throw new StartRefused(`${variable} and ${variable}_FILE are both set: leave one out.`);
    try {
      const text = readFileSync(path, "utf8").replace(/\r?\n$/, "");
      if (text !== "") return text;
    } catch {
      throw new StartRefused(`${variable}_FILE names a file that can't be read.`);
    }
    throw new StartRefused(`${variable}_FILE names a file that is empty.`);
  }

  return {
    given,
    secret,
    text: (variable: string, flag?: string): string => flag || given(variable) || fallbackOf(variable),

    whole(variable: string, least: number, most: number, flag?: string): number {
      const text = this.text(variable, flag);
      const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
      if (!(number >= least && number <= most)) throw new StartRefused(`${variable} must be a whole number from ${least} to ${most}.`);
      return number;
    },

    flag(variable: string): boolean {
      const text = this.text(variable).toLowerCase();
      if (text === "true" || text === "1") return true;
      if (text === "false" || text === "0") return false;
      throw new StartRefused(`${variable} must be true or false.`);
    },

    list: (variable: string): string[] =>
      (given(variable) ?? "")
        .split(",")
        .map((item) => item.trim())
        .filter((item) => item !== ""),

    url(variable: string, fallback: string): string {
      const text = given(variable) ?? fallback;
      const url = URL.parse(text);
      if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "")
        throw new StartRefused(`${variable} must be an address such as https://agents.example.com.`);
      return text;
    },
  };
}

const fallbackOf = (variable: string): string => SETTINGS.find((setting) => setting.variable === variable)!.fallback;
