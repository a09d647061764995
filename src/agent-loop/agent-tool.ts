import { z } from "zod";
import type { AgentTool } from "@/domain/own-tool";
import type { Tool } from "./tool";

/** Another agent, which the model can ask: it answers in a session of its own, and the turn waits for that. */
export const agentTool = ({ name, description, policy, agent_id }: AgentTool): Tool => ({
  name,
  description,
  input: Input,
  effect: "unsafe",
  policy,
  runsOn: "agent",
  agentId: agent_id,
  run: () => {
    throw new Error("A call of another agent was run here");
  },
});

const Input = z.object({
  message: z.string().min(1).max(100_000).describe("What the agent is asked. It knows nothing else of this conversation."),
});
