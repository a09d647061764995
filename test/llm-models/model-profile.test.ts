import { describe, expect, test } from "bun:test";
import { statSync } from "node:fs";
import { join } from "node:path";
import { ModelProfile } from "@/domain/llm-model";
import type { ProviderType } from "@/domain/llm-provider";
import { noUsage, type Usage } from "@/domain/usage";
import { looseKey, spellingsOf } from "@/llm-models/model-id";
import { costOf, defaultModelsOf, findModelProfile } from "@/llm-models/model-profile";
import file from "@/llm-models/model-profiles.json";

const groups = Object.entries(file.profiles);

describe("the file of profiles", () => {
  test("holds what a ModelProfile holds, and nothing else", () => {
    for (const [, profiles] of groups)
      for (const profile of Object.values(profiles)) expect(ModelProfile.strict().parse(profile)).toEqual(profile);
  });

  test("is dated, names its sources and stays small", () => {
    expect(file.date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(file.source).toContain("models.dev");
    expect(statSync(join(import.meta.dir, "../../src/llm-models/model-profiles.json")).size).toBeLessThan(150_000);
  });

  test("has ids in order, and no two that are one model spelt twice", () => {
    for (const [, profiles] of groups) {
      const ids = Object.keys(profiles);
      expect(ids).toEqual(ids.toSorted());
      expect(new Set(ids.map(looseKey)).size).toBe(ids.length);
    }
  });

  test("has levels of effort only for models that reason, and a default that is one of them", () => {
    for (const [, profiles] of groups) {
      for (const { reasoning, reasoning_effort: effort } of Object.values(profiles) as ModelProfile[]) {
        if (!reasoning) expect(effort).toBeNull();
        if (effort?.default) expect(effort.values).toContain(effort.default);
        if (effort) expect(effort.values.length).toBeGreaterThan(0);
      }
    }
  });

  test("never makes reading from the cache dearer than reading afresh", () => {
    for (const [, profiles] of groups) {
      for (const { cost } of Object.values(profiles) as ModelProfile[])
        if (cost) expect(cost.cache_read ?? 0).toBeLessThanOrEqual(cost.input);
    }
  });
});

describe("findModelProfile", () => {
  const found: [ProviderType, string, string][] = [
    ["openai", "gpt-4o", "GPT-4o"],
    ["openai", "gpt-4o-2024-11-20", "GPT-4o"],
    ["openai", "gpt-4o-2024-05-13", "GPT-4o (2024-05-13)"],
    ["openai", "GPT-4o", "GPT-4o"],
    ["openai", " gpt-4o ", "GPT-4o"],
    ["openai", "openai/gpt-4o", "GPT-4o"],
    ["openai", "gpt-5-mini-2025-08-07", "GPT-5 Mini"],
    ["openai", "gpt-5-chat-latest", "GPT-5 Chat Latest"],
    ["openai", "ft:gpt-4o-mini-2024-07-18:acme::abc123", "GPT-4o mini"],
    ["openai", "anthropic/claude-sonnet-4.5", "Claude Sonnet 4.5"],
    ["azure_openai", "gpt-4o", "GPT-4o"],
    ["azure_openai", "gpt-35-turbo", "GPT-3.5-turbo"],
    ["anthropic", "claude-sonnet-4-5", "Claude Sonnet 4.5"],
    ["anthropic", "claude-sonnet-4-5-20250929", "Claude Sonnet 4.5"],
    ["anthropic", "claude-sonnet-4-5@20250929", "Claude Sonnet 4.5"],
    ["anthropic", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "Claude Sonnet 4.5"],
    ["anthropic", "anthropic.claude-opus-4-6-v1", "Claude Opus 4.6"],
    ["anthropic", "claude-3-5-haiku-latest", "Claude Haiku 3.5"],
    ["anthropic", "claude-3-5-sonnet-20241022", "Claude Sonnet 3.5 v2"],
    ["anthropic", "claude-3-5-sonnet-20240620", "Claude Sonnet 3.5"],
    ["anthropic", "claude-opus-4-0", "Claude Opus 4"],
    ["anthropic", "claude-opus-4-1-20250805", "Claude Opus 4.1"],
    ["custom", "gpt-4o", "GPT-4o"],
    ["custom", "anthropic/claude-3.7-sonnet", "Claude Sonnet 3.7"],
    ["custom", "openai/gpt-4o-mini", "GPT-4o mini"],
    ["custom", "accounts/fireworks/models/gpt-oss-120b", "GPT OSS 120B"],
    ["custom", "deepseek/deepseek-v3.2", "DeepSeek V3.2"],
    ["ollama", "gpt-oss:20b", "GPT OSS 20B"],
    ["ollama", "llama3.3:70b-instruct-q4_K_M", "Llama 3.3 70B Instruct"],
    ["ollama", "gemma3:27b", "Gemma 3 27B"],
    ["simulated", "anything", "Simulated"],
  ];
  test.each(found)("%s %s is %s", (type, modelId, name) => {
    expect(findModelProfile(type, modelId)?.name).toBe(name);
  });

  const unknown: [ProviderType, string][] = [
    ["openai", ""],
    ["openai", "-"],
    ["openai", "gpt-4o-something-else"],
    ["openai", "gpt-99"],
    ["openai", "constructor"],
    ["openai", "__proto__"],
    ["openai", "openai/"],
    ["anthropic", "claude"],
    ["azure_openai", "my-deployment"],
    ["ollama", "llama3.3:1b"],
  ];
  test.each(unknown)("%s %p is unknown rather than guessed", (type, modelId) => {
    expect(findModelProfile(type, modelId)).toBeNull();
  });

  test("a dated release keeps a price of its own", () => {
    expect(findModelProfile("openai", "gpt-4o-2024-05-13")?.cost).toMatchObject({ input: 5, output: 15 });
    expect(findModelProfile("openai", "gpt-4o-2024-08-06")?.cost).toMatchObject({ input: 2.5, output: 10 });
  });

  test("prices are listed, nothing for a free variant, and unknown where they are not the list's", () => {
    expect(findModelProfile("custom", "openai/gpt-oss-20b")?.cost?.input).toBeGreaterThan(0);
    expect(findModelProfile("custom", "openai/gpt-oss-20b:free")?.cost).toEqual({ input: 0, output: 0, cache_read: 0, cache_write: 0 });
    expect(findModelProfile("custom", "openai/gpt-oss-20b:batch")?.cost).toBeNull();
    expect(findModelProfile("openai", "ft:gpt-4o-mini-2024-07-18:acme::abc123")?.cost).toBeNull();
    expect(findModelProfile("ollama", "gpt-oss:20b")?.cost).toBeNull();
    expect(findModelProfile("simulated", "simulated")).toMatchObject({ tool_call: true, reasoning: true, cost: { input: 0, output: 0 } });
  });

  test("knows which levels of effort a model takes", () => {
    const effort = (type: ProviderType, modelId: string) => findModelProfile(type, modelId)?.reasoning_effort;
    expect(effort("openai", "gpt-4o")).toBeNull();
    expect(effort("openai", "gpt-5")).toEqual({ values: ["minimal", "low", "medium", "high"], default: "medium" });
    expect(effort("openai", "gpt-5.2")).toEqual({ values: ["none", "low", "medium", "high", "xhigh"], default: "none" });
    expect(effort("openai", "gpt-5-pro")).toEqual({ values: ["high"], default: "high" });
    expect(effort("anthropic", "claude-opus-5-5")).toEqual({ values: ["low", "medium", "high", "xhigh", "max"], default: "high" });
    expect(effort("anthropic", "claude-sonnet-4-5")).toEqual({ values: ["low", "medium", "high"], default: null });
    expect(effort("anthropic", "claude-3-haiku-20240307")).toBeNull();
  });
});

test("spellings go from the most specific to the barest", () => {
  expect(spellingsOf("OpenAI/gpt-4o-2024-11-20")).toEqual({ names: ["gpt-4o-2024-11-20", "gpt-4o"], price: "listed" });
});

describe("costOf", () => {
  const priced = (cost: ModelProfile["cost"]): ModelProfile => ({ ...findModelProfile("simulated", "")!, cost });
  const usage = (part: Partial<Usage>): Usage => ({ ...noUsage, ...part });
  const claude = priced({ input: 3, output: 15, cache_read: 0.3, cache_write: 3.75 });
  const noCache = priced({ input: 30, output: 60, cache_read: null, cache_write: null });

  const costs: [string, Usage, ModelProfile | null, number | null][] = [
    ["nothing", noUsage, claude, 0],
    ["1,000 in and 500 out", usage({ input_tokens: 1000, output_tokens: 500 }), claude, 0.0105],
    [
      "cached tokens at their own price",
      usage({ input_tokens: 10_000, cache_read_tokens: 8000, cache_write_tokens: 1000 }),
      claude,
      0.00915,
    ],
    ["cached tokens at the price of input", usage({ input_tokens: 1000, cache_read_tokens: 400, cache_write_tokens: 100 }), noCache, 0.03],
    ["reasoning once, as part of the output", usage({ output_tokens: 1000, reasoning_tokens: 900 }), claude, 0.015],
    [
      "one token of a cheap model",
      usage({ input_tokens: 1, cache_read_tokens: 1 }),
      priced({ input: 0.1, output: 0.5, cache_read: 0.01, cache_write: null }),
      1e-8,
    ],
    [
      "no noise of floating point",
      usage({ input_tokens: 3 }),
      priced({ input: 0.1, output: 0, cache_read: null, cache_write: null }),
      3e-7,
    ],
    [
      "never less than nothing",
      usage({ input_tokens: 0, cache_read_tokens: 10 }),
      priced({ input: 1, output: 1, cache_read: 0, cache_write: 0 }),
      0,
    ],
    ["a simulated model", usage({ input_tokens: 1000, output_tokens: 1000 }), findModelProfile("simulated", ""), 0],
    ["an unknown price", usage({ input_tokens: 1000 }), priced(null), null],
    ["an unknown model", usage({ input_tokens: 1000 }), null, null],
  ];
  test.each(costs)("%s", (_, used, profile, expected) => {
    expect(costOf(used, profile)).toBe(expected);
  });
});

test.each(["openai", "anthropic"] as const)("the models that %s starts with are current chat models that call tools", (type) => {
  const models = defaultModelsOf(type);
  expect(models.length).toBeGreaterThan(1);
  for (const { model_id, display_name } of models) {
    const profile = findModelProfile(type, model_id);
    expect(profile?.name).toBe(display_name);
    expect(profile).toMatchObject({ tool_call: true, reasoning: true });
    expect(profile?.cost).not.toBeNull();
  }
});
