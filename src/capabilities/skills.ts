import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { z } from "zod";
import { defineTool, type JsonValue, type Tool, ToolFailure } from "@/agent-loop/tool";
import { StartRefused } from "@/platform/app-error";
import type { CapabilityDefinition } from "./capability-definition";

/** What is read of one file at a time. Bytes. */
const MAX_READ_BYTES = 128 * 1024;
const MAX_LISTED_FILES = 200;

const FrontMatter = z.object({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,47}$/, { error: "must be 1 to 48 small letters, digits and -" }),
  description: z.string({ error: "is required" }).trim().min(1, { error: "is required" }).max(2000),
});

type Skill = z.infer<typeof FrontMatter> & { folder: string; body: string };

/**
 * Skills that the operator put into a folder, one a subfolder with a `SKILL.md`: each is a capability `skill:<name>`. A model is told its name and
 * description alone; what it says, and the files beside it, are read with a tool when they are needed. Read at the start. Throws `StartRefused`.
 */
export async function readSkills(folder: string): Promise<CapabilityDefinition[]> {
  const names = readNames(folder);
  if (names.length === 0) return [];
  const { parse } = await import("yaml");
  const skills = names.map((name) => readSkill(join(folder, name), parse));
  const twice = skills.find(({ name }, index) => skills.findIndex((other) => other.name === name) < index);
  if (twice) throw new StartRefused(`Two skills in ${folder} are named ${twice.name}: give one another name in its SKILL.md.`);
  return skills.map(toCapability);
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => statSync(join(folder, name, "SKILL.md"), { throwIfNoEntry: false })?.isFile() === true)
      .sort();
  } catch {
    return [];
  }
}

function readSkill(folder: string, parse: (yaml: string) => unknown): Skill {
  const file = join(folder, "SKILL.md");
  const [, front, body] = /^﻿?---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)([\s\S]*)$/.exec(readFileSync(file, "utf8")) ?? [];
  if (front === undefined || body === undefined)
    throw new StartRefused(`${file} must begin with YAML front matter between two lines of ---, with a name and a description.`);
  const read = FrontMatter.safeParse(parsed(parse, front));
  if (read.success) return { ...read.data, folder, body: body.trim() };
  const { path, message } = read.error.issues[0]!;
  throw new StartRefused(
    `${file}: ${path[0] === undefined ? "the front matter is not YAML with fields" : `${String(path[0])} ${message}`}.`,
  );
}

function parsed(parse: (yaml: string) => unknown, front: string): unknown {
  try {
    return parse(front);
  } catch {
    return null;
  }
}

const toCapability = (skill: Skill): CapabilityDefinition => ({
  id: `skill:${skill.name}`,
  name: skill.name,
  description: skill.description,
  status: "available",
  icon: "book-open",
  category: "Skills",
  prompt: `Skill "${skill.name}": ${skill.description}\nBefore you do something that it is about, call ${toolName(skill)} and follow what it says.`,
  tools: [readingTool(skill)],
});

const toolName = ({ name }: Skill): string => `read_skill_${name.replaceAll("-", "_")}`;

const readingTool = (skill: Skill): Tool =>
  defineTool({
    name: toolName(skill),
    description: `Reads the skill "${skill.name}": its instructions, or with a path one of the files that it names.`,
    input: z.object({ path: z.string().min(1).max(500).optional().describe("A file of the skill, such as reference/fields.md") }),
    effect: "pure",
    run({ path }): JsonValue {
      if (path === undefined) return { instructions: skill.body, files: filesOf(skill.folder) };
      return { path, content: readFileOf(skill, path) };
    },
  }) as Tool;

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== "SKILL.md")
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll(sep, "/"),
    )
    .sort()
    .slice(0, MAX_LISTED_FILES);
}

/** Only what lies in the skill's own folder, wherever a link in it may lead. */
function readFileOf({ folder, name }: Skill, path: string): string {
  const inside = realpathOf(join(folder, path));
  const root = realpathSync(folder);
  if (inside === undefined || !inside.startsWith(root + sep) || !statSync(inside).isFile())
    throw new ToolFailure(`The skill "${name}" has no such file: call this tool without a path to see which it has.`);
  const bytes = readFileSync(inside);
  if (bytes.includes(0)) throw new ToolFailure("This file is not text.");
  const text = new TextDecoder().decode(bytes.subarray(0, MAX_READ_BYTES));
  return bytes.byteLength > MAX_READ_BYTES ? `${text}\n[${bytes.byteLength - MAX_READ_BYTES} more bytes were cut off]` : text;
}

function realpathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
