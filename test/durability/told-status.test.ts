import { expect, test } from "bun:test";
import { builtInCapabilities, type CapabilityDefinition } from "@/capabilities/catalog";
import { endsTurn } from "../support/client";
import { testApp } from "../support/test-app";

test("a server that stops between a turn's claim and its first event leaves the next one to tell that the session is busy", async () => {
  let onPreparing = () => {};
  const trap: CapabilityDefinition = {
    id: "trap",
    name: "Trap",
    description: "",
    status: "available",
    icon: "zap",
    category: "Testing",
    tools: [],
    get prompt() {
      onPreparing();
      return "";
    },
  };
  const capabilities = [...builtInCapabilities, trap];
  const before = await testApp({ capabilities });
  const session = await before.createSession((await before.createAgent({ capabilities: ["trap"] })).id);
  const prepared = Promise.withResolvers<void>();
  onPreparing = () => prepared.resolve(before.stop());
  const message = await before.say(session, "hello");
  await prepared.promise;

  onPreparing = () => {};
  await using after = await testApp({ dataDir: before.dataDir, capabilities });
  const events = await after.follow(session, endsTurn(message.turn_id));
  const started = events.findIndex(({ type }) => type === "turn.started");
  const told = events.flatMap(({ type, data }, index) =>
    type === "session.updated" && data.status ? [[data.status, index < started]] : [],
  );
  expect(events.map(({ type }) => type)).toContain("turn.resumed");
  expect(events.at(-1)!.type).toBe("turn.completed");
  expect(told).toEqual([["running", true]]);
});
