import { createDriver } from "@/llm/drivers";
import type { LlmDriver, ProviderCalls } from "@/llm/llm";
import type { DriverOptions } from "@/llm/wire";
import { type CircuitOptions, createCircuit } from "./circuit";
import type { LlmProviderStore, ProviderRow } from "./llm-provider-store";
import { createProviderCalls } from "./provider-calls";

export type DriverPool = ReturnType<typeof createDriverPool>;

/** What a turn calls a provider through: it fails at once while the provider rests, and says when no more calls may run. */
type ForTurns = { driver: LlmDriver; calls: ProviderCalls };
type Entry = { madeFrom: string; plain: LlmDriver; forTurns: ForTurns };
type Options = { wire: DriverOptions; circuit?: CircuitOptions; mostCalls?: number };

/** Calls at one provider at a time: fewer than the sessions that run at once, and than the 256 requests that Bun has in flight. */
const MOST_CALLS = 200;

/** One driver per provider, made again when its address, key or settings change: connections stay open from one turn to the next. */
export const createDriverPool = (
  providers: Pick<LlmProviderStore, "connectionOf">,
  { wire, circuit: circuitOptions = { now: Date.now }, mostCalls = MOST_CALLS }: Options,
) => {
  const entries = new Map<string, Entry>();

  function entryOf(row: ProviderRow): Entry {
    const madeFrom = JSON.stringify([row.providerType, row.baseUrl, row.apiKey, row.settings]);
    const known = entries.get(row.id);
    if (known?.madeFrom === madeFrom) return known;
    const driver = createDriver(providers.connectionOf(row), wire);
    const circuit = createCircuit(circuitOptions);
    const forTurns = { driver: circuit.guard(driver), calls: createProviderCalls(mostCalls) };
    const entry = { madeFrom, plain: circuit.watch(driver), forTurns };
    entries.set(row.id, entry);
    return entry;
  }

  return {
    /** Always calls, whatever became of earlier calls. Throws a conflict when the stored key can't be opened. */
    driverOf: (row: ProviderRow): LlmDriver => entryOf(row).plain,

    /** Throws a conflict when the stored key can't be opened. */
    forTurns: (row: ProviderRow): ForTurns => entryOf(row).forTurns,

    forget: (providerId: string): void => void entries.delete(providerId),
  };
};
