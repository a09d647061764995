import { expect, test } from "bun:test";
import { dirname, relative, resolve } from "node:path";

/** The folders from the ground up. A file imports from its own folder and from rows below; neighbours in a row do not know each other. */
const ROWS: readonly (readonly string[])[] = [
  ["domain", "platform", "runner", "version", "config"],
  ["llm", "http", "database", "sandbox", "web"],
  ["agent-loop", "auth"],
  ["llm-providers", "agents", "events", "usage"],
  ["files", "web-search"],
  ["capabilities", "llm-models", "sessions", "search"],
  ["mcp-servers"],
  ["turns", "users"],
  ["messages", "forks", "approvals", "tool-results", "retention"],
  ["server"],
  ["sealed-columns"],
  ["app"],
  ["start"],
  ["cli"],
  ["main"],
  ["ui"],
];

/** Neighbours and higher rows that may be known all the same, each with its reason. */
const ALLOWED: readonly [from: string, to: string][] = [
  ["config", "platform"], // a setting that is wrong is a start that is refused
  ["http", "database"], // an answer to a repeated request is kept in the transaction of the first
  ["runner", "platform"],
];

/** What may not be known although it lies below: keeping knows no model, thinking knows no SQL. */
const STRANGERS: readonly [from: string, to: string][] = [
  ["agent-loop", "database"],
  ["agent-loop", "http"],
  ["llm", "database"],
  ["events", "agent-loop"],
  ["events", "llm"],
  ["files", "agent-loop"],
  ["files", "llm"],
  ["sessions", "llm"],
  ["agents", "llm"],
  ["domain", "platform"],
];

/** The page is a client of the API: of the server it knows the nouns, and only as types. */
const UI_KNOWS = /^(ui|domain)$/;

/** Packages that belong to certain files. */
const PACKAGES: readonly [name: RegExp, owners: RegExp][] = [
  [/^elysia/, /^(http|server)\/|-routes\.ts$/],
  [/^drizzle-orm/, /^database\/|-(store|log)\.ts$/],
  [/^bun:sqlite/, /^database\//],
  [/^(openai|@anthropic-ai\/sdk)/, /^llm\//],
  [/^citty/, /^(cli\/|main\.ts)/],
  [/^@modelcontextprotocol\/sdk/, /^mcp-servers\//],
  [/^pino/, /^platform\/logger\.ts$/],
  [/^(react|@tanstack|radix-ui|lucide-react|cmdk)/, /^ui\//],
];

/** Within a folder: what keeps knows no verb, and nothing knows a way in but another way in. */
const isWayIn = (file: string): boolean => /-(routes|worker)\.ts$/.test(file);
const isStore = (file: string): boolean => /-(store|log|bus)\.ts$/.test(file);
const isVerb = (file: string): boolean =>
  /\/(call|cancel|change|create|discover|follow|fork|list|post|remove|resolve|retry|run|seed|settle|sync|test|update)-[a-z-]+\.ts$/.test(
    file,
  );

const root = resolve(import.meta.dir, "../src");
const files = [...new Bun.Glob("**/*.{ts,tsx}").scanSync(root)].filter((file) => !file.endsWith(".d.ts")).sort();
const folderOf = (file: string): string => file.split("/")[0]!.replace(/\.tsx?$/, "");
const rowOf = (folder: string): number => ROWS.findIndex((row) => row.includes(folder));
const isAmong = (pairs: readonly [string, string][], from: string, to: string): boolean =>
  pairs.some(([one, other]) => one === from && other === to);

async function importsOf(file: string): Promise<{ local: string[]; packages: string[] }> {
  const code = await Bun.file(`${root}/${file}`).text();
  const names = [...code.matchAll(/(?:^|\s)(?:from\s+|import\s+|import\()["']([^"'\n]+)["']/g)].map((match) => match[1]!);
  const local = names.flatMap((name) => {
    const path = name.startsWith("@/")
      ? name.slice(2)
      : name.startsWith(".")
        ? relative(root, resolve(root, dirname(file), name))
        : undefined;
    return path === undefined || path.startsWith("..")
      ? []
      : files.filter((known) => known === path || known === `${path}.ts` || known === `${path}.tsx`);
  });
  return { local, packages: names.filter((name) => !/^(\.|@\/)/.test(name)) };
}

const imports = new Map(await Promise.all(files.map(async (file) => [file, await importsOf(file)] as const)));

test.each(files)("%s knows only what lies below it", (file) => {
  const folder = folderOf(file);
  expect(rowOf(folder), `${folder} stands in no row: give it one`).toBeGreaterThanOrEqual(0);

  for (const target of imports.get(file)!.local) {
    const other = folderOf(target);
    if (folder === "ui") expect(UI_KNOWS.test(other), `${file} must not import ${target}`).toBe(true);
    const isUpward = (isWayIn(target) && !isWayIn(file)) || (isVerb(target) && isStore(file));
    if (other === folder) expect(isUpward, `${file} must not import ${target}`).toBe(false);
    else {
      expect(rowOf(other) < rowOf(folder) || isAmong(ALLOWED, folder, other), `${file} must not import ${target}`).toBe(true);
      expect(isAmong(STRANGERS, folder, other), `${file} must not know ${target}`).toBe(false);
    }
  }
  for (const name of imports.get(file)!.packages)
    for (const [pattern, owners] of PACKAGES)
      if (pattern.test(name)) expect(owners.test(file), `${file} must not import ${name}`).toBe(true);
});

test.each(files.filter((file) => file.startsWith("ui/")))("%s takes only types from the server", async (file) => {
  const code = await Bun.file(`${root}/${file}`).text();
  const values = [...code.matchAll(/import\s+(?!type\b)([^;]*?)from\s+"@\/domain\//g)];
  expect(values.map(([text]) => text)).toEqual([]);
});

test("files form no circle", () => {
  const state = new Map<string, "open" | "done">();
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === "done") return;
    expect(state.get(file), `a circle: ${[...path, file].join(" → ")}`).not.toBe("open");
    state.set(file, "open");
    for (const target of imports.get(file)!.local) visit(target, [...path, file]);
    state.set(file, "done");
  };
  for (const file of files) visit(file, []);
});
