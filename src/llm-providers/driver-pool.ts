import { createDriver } from "@/llm/drivers";
import type { LlmDriver } from "@/llm/llm";
import type { DriverOptions } from "@/llm/wire";
import type { LlmProviderStore, ProviderRow } from "./llm-provider-store";

export type DriverPool = ReturnType<typeof createDriverPool>;

/** One driver per provider, made again when its address, key or settings change: connections stay open from one turn to the next. */
export const createDriverPool = (providers: Pick<LlmProviderStore, "connectionOf">, options: DriverOptions) => {
  const drivers = new Map<string, { madeFrom: string; driver: LlmDriver }>();

  return {
    /** Throws a conflict when the stored key can't be opened. */
    driverOf(row: ProviderRow): LlmDriver {
      const madeFrom = JSON.stringify([row.providerType, row.baseUrl, row.apiKey, row.settings]);
      const known = drivers.get(row.id);
      if (known?.madeFrom === madeFrom) return known.driver;
      const driver = createDriver(providers.connectionOf(row), options);
      drivers.set(row.id, { madeFrom, driver });
      return driver;
    },

    forget: (providerId: string): void => void drivers.delete(providerId),
  };
};
