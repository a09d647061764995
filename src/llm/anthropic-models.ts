import type { MessageCreateParamsStreaming } from "@anthropic-ai/sdk/resources/messages";
import type { LlmRequest } from "./llm";

type Thinking = Pick<MessageCreateParamsStreaming, "thinking" | "output_config">;

/** Claude 3.7 until 4.5, under Anthropic's names and those of gateways: thinking has a budget of tokens. */
const budgetModel = /claude-(3-7|3\.7|(opus|sonnet|haiku)-4(?!\d)(?![-.]([6-9]|\d{2})(?!\d)))/;
/** Claude 3.5 and before. */
const unthinkingModel = /claude-(instant|2|3-(opus|sonnet|haiku|5)|3\.5)/;

const smallestBudget = 1024;
const budgets: Record<string, number> = { low: 2048, medium: 8192, high: 16_384, xhigh: 32_768, max: 32_768 };

/**
 * An effort becomes what the model understands: since Claude 4.6 adaptive thinking with `output_config.effort`, which newer models
 * accept alone; before that a budget of tokens, less than `max_tokens`. Without an effort the model does as it does by default.
 * Thoughts are asked for in a summary, since newer models leave them out otherwise.
 * https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking
 */
export function thinkingFor({ model, reasoningEffort, messages }: LlmRequest, maxTokens: number): Thinking {
  if (reasoningEffort === undefined || reasoningEffort === "none" || unthinkingModel.test(model)) return {};
  const effort = reasoningEffort === "minimal" ? "low" : reasoningEffort;
  // The words differ from model to model; each refuses what it does not know.
  if (!budgetModel.test(model))
    return { thinking: { type: "adaptive", display: "summarized" }, output_config: { effort: effort as "high" } };
  const budget = Math.min(budgets[effort] ?? budgets.medium!, maxTokens - smallestBudget);
  if (budget < smallestBudget || startsWithoutThought(messages)) return {};
  return { thinking: { type: "enabled", budget_tokens: budget } };
}

/** Since Claude Opus 4.7 a temperature is refused. Models that are not Claude, behind gateways, take one. */
export const takesTemperature = (model: string): boolean =>
  !model.includes("claude") || unthinkingModel.test(model) || budgetModel.test(model) || /-4[-.]6/.test(model);

/** With a budget, a turn that already called tools must have begun with a signed thought: another model's turn goes on without. */
function startsWithoutThought(messages: LlmRequest["messages"]): boolean {
  const turn = messages.slice(messages.findLastIndex(({ role }) => role === "user") + 1);
  const calling = turn.findLast(({ role, content }) => role === "assistant" && content.some(({ type }) => type === "tool_call"));
  const first = calling?.content[0];
  return calling !== undefined && !(first?.type === "reasoning" && first.driver === "anthropic" && !!first.signature);
}
