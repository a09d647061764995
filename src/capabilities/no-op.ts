import type { CapabilityDefinition } from "./capability-definition";

export const noOp: CapabilityDefinition = {
  id: "noop",
  name: "No-Op",
  description: "Changes nothing. Shows that capabilities can be switched on and off.",
  status: "available",
  icon: "circle-off",
  category: "Testing",
  tools: [],
};
