import type { ToolCallPart } from "@/domain/message";
import type { ToolPolicies } from "@/domain/tool";
import type { Need } from "./open-calls";
import type { Tool } from "./tool";

type Rules = {
  tools: readonly Tool[];
  policies: ToolPolicies;
  /** A person has said before that this call need not be asked about. */
  isAllowed: (call: ToolCallPart) => boolean;
  maxCallsPerStep: number;
};

/** Nobody is asked about a call that cannot be run anyway: the model is told what is wrong with it. */
export const createNeed =
  ({ tools, policies, isAllowed, maxCallsPerStep }: Rules): Need =>
  ({ call, position, isApproved }) => {
    const tool = tools.find(({ name }) => name === call.name);
    if (!tool || position >= maxCallsPerStep || !tool.input.safeParse(call.arguments).success) return null;
    const policy = Object.hasOwn(policies, tool.name) ? policies[tool.name] : tool.policy;
    if (policy === "requires_approval" && !isApproved && !isAllowed(call)) return "approval";
    return tool.runsOn ?? null;
  };
