import { expect, test } from "bun:test";
import { z } from "zod";
import { defineTool } from "@/agent-loop/tool";
import { builtInCapabilities, type CapabilityDefinition } from "@/capabilities/catalog";
import { endsTurn } from "../support/client";
import { testApp } from "../support/test-app";

/** No JSON Schema can say what it takes, so every turn that is offered it fails while it is being prepared. */
const poison: CapabilityDefinition = {
  id: "poison",
  name: "Poison",
  description: "",
  status: "available",
  icon: "skull",
  category: "Testing",
  tools: [defineTool({ name: "swallow", description: "", input: z.object({ pill: z.bigint() }), run: () => null })],
};

test("a turn that cannot be prepared is given up after three tries, and the session goes on", async () => {
  await using app = await testApp({ capabilities: [...builtInCapabilities, poison] });
  const agent = await app.createAgent({ capabilities: ["poison"] });
  const session = await app.createSession(agent.id);
  const { events } = await app.ask(session, "hello");

  expect(events.filter(({ type }) => type === "turn.resumed")).toHaveLength(3);
  expect(events.at(-1)).toMatchObject({ type: "turn.failed", data: { code: "crash_loop" } });
  expect((await app.messages(session)).at(-1)).toMatchObject({ role: "assistant", metadata: { error: { code: "crash_loop" } } });

  await app.call("PATCH", `/v1/agents/${agent.id}`, { capabilities: [] });
  const next = await app.say(session, "hello again");
  expect((await app.follow(session, endsTurn(next.turn_id))).at(-1)!.type).toBe("turn.completed");
});
