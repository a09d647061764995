import type { GivenTool } from "@/domain/own-tool";
import type { ToolEffect } from "@/domain/tool";

/** So long it may take before and after an effect, each: a kill has to be able to fall on both sides. Milliseconds. */
const LONGEST_WAIT_MS = 20;

export type OutsideLedger = {
  /** How the server's agents reach it. */
  tools: GivenTool[];
  /** How often each effect happened, by `tool ref`. */
  effects: ReadonlyMap<string, number>;
  /** How many unsafe calls took effect. */
  charges(): number;
  /** What it was asked that it never should be. */
  complaints: readonly string[];
  [Symbol.dispose](): void;
};

/** A service outside that acts and remembers: what it was asked to do is done, whatever becomes of the server that asked. */
export function startOutsideLedger(chargeEffect: Extract<ToolEffect, "idempotent" | "unsafe"> = "unsafe"): OutsideLedger {
  const effects = new Map<string, number>();
  const complaints: string[] = [];
  const keys = new Map<string, string>();
  let charges = 0;

  async function act(name: string, request: Request): Promise<Response> {
    const { ref } = (await request.json()) as { ref: number };
    const key = request.headers.get("idempotency-key");
    if (name === "book") checkKey(ref, key);
    await Bun.sleep(Math.random() * LONGEST_WAIT_MS);
    if (name === "charge" && !effects.has(`charge ${ref}`)) charges++;
    effects.set(`${name} ${ref}`, (effects.get(`${name} ${ref}`) ?? 0) + 1);
    await Bun.sleep(Math.random() * LONGEST_WAIT_MS);
    return Response.json({ done: ref });
  }

  function checkKey(ref: number, key: string | null): void {
    if (key === null) complaints.push(`booking ${ref} came without a key`);
    if (keys.has(`${ref}`) && keys.get(`${ref}`) !== key) complaints.push(`booking ${ref} came with two keys`);
    keys.set(`${ref}`, key ?? "");
  }

  const service = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const name = new URL(request.url).pathname.slice(1);
      if (name !== "lookup") return act(name, request);
      await Bun.sleep(Math.random() * LONGEST_WAIT_MS);
      return Response.json({ found: true });
    },
  });

  const tool = (name: string, method: "GET" | "POST", effect: "pure" | "idempotent" | "unsafe"): GivenTool => ({
    type: "http",
    name,
    description: "",
    method,
    url: `http://127.0.0.1:${service.port}/${name}`,
    query: [],
    headers: {},
    parameters: { type: "object", properties: { ref: { type: "integer" } }, required: ["ref"] },
    effect,
    policy: "auto",
    timeout_ms: 30_000,
  });

  return {
    tools: [tool("charge", "POST", chargeEffect), tool("book", "POST", "idempotent"), tool("lookup", "GET", "pure")],
    effects,
    charges: () => charges,
    complaints,
    [Symbol.dispose]: () => void service.stop(true),
  };
}
