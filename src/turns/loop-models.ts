import type { LoopInput, LoopModel } from "@/agent-loop/loop";
import type { Controls } from "@/domain/message";
import type { Usage } from "@/domain/usage";
import type { ResolvedModel, ResolvedModels } from "@/llm-models/resolve-model";

export type CostOf = (usage: Usage, profile: ResolvedModel["profile"]) => number | null;

/** The models of a turn as its loop asks them, each with its own prices and limits. */
export function toLoopModels(resolved: ResolvedModels, controls: Controls | null, costOf: CostOf): LoopInput["models"] {
  const toModel = (model: ResolvedModel, fitting: Controls | null): LoopModel => ({
    driver: model.driver,
    calls: model.calls,
    name: model.model,
    provider: model.providerName,
    outputLimit: model.profile?.limits?.output,
    contextWindow: model.contextWindow ?? model.profile?.limits?.context,
    controls: fitting,
    cost: (usage) => costOf(usage, model.profile),
  });
  return [toModel(resolved, controls), ...resolved.fallbacks.map((model) => toModel(model, fit(controls, model.profile)))];
}

/** A person chose these for another model: what a fallback is known to refuse is left out, so that it answers at all. */
function fit(controls: Controls | null, profile: ResolvedModel["profile"]): Controls | null {
  if (!controls || !profile) return controls;
  const { max_tokens, temperature, reasoning } = controls;
  const efforts = profile.reasoning_effort?.values ?? [];
  const mostTokens = profile.limits?.output;
  return {
    ...controls,
    max_tokens: max_tokens == null || mostTokens === undefined ? max_tokens : Math.min(max_tokens, mostTokens),
    temperature: profile.temperature ? temperature : null,
    reasoning: reasoning?.effort != null && efforts.includes(reasoning.effort) ? reasoning : null,
  };
}
