import { z } from "zod";
import type { Database } from "@/database/database";
import { type LlmDriver, LlmError } from "@/llm/llm";
import type { DriverPool } from "@/llm-providers/driver-pool";
import type { LlmProviderStore } from "@/llm-providers/llm-provider-store";
import { AppError } from "@/platform/app-error";
import type { Clock } from "@/platform/clock";
import { callProvider } from "./call-provider";
import type { LlmModelStore } from "./llm-model-store";

export const ProviderTest = z
  .object({
    ok: z.boolean(),
    message: z.string().meta({ description: "What worked, or what is wrong, in words." }),
    model: z.string().nullable().meta({ description: "The model that was asked; null when only the list of models was read." }),
    duration_ms: z.int(),
  })
  .meta({ id: "ProviderTest" });
export type ProviderTest = z.infer<typeof ProviderTest>;

/** Enough for one word, also from a model that thinks before it speaks. */
const MAX_TOKENS = 256;

type Parts = { db: Database; clock: Clock; providers: LlmProviderStore; models: LlmModelStore; drivers: DriverPool };

/** Makes one cheap real call: a word from the provider's default or first model, or its list of models where it has none here. */
export const createTestProvider =
  ({ db, clock, providers, models, drivers }: Parts) =>
  async (providerId: string): Promise<ProviderTest> => {
    const { provider, rows } = await db.read(function* () {
      return { provider: yield* providers.getRow(db, providerId), rows: yield* models.rowsOf(db, providerId) };
    });
    const active = rows.filter(({ status }) => status === "active");
    const model = (active.find(({ isDefault }) => isDefault) ?? active[0])?.modelId ?? null;

    const startedAt = clock.now();
    const outcome = (ok: boolean, message: string): ProviderTest => ({
      ok,
      message,
      model,
      duration_ms: Math.max(0, Math.round(clock.now() - startedAt)),
    });
    try {
      return outcome(true, await callProvider((signal) => ask(drivers.driverOf(provider), model, signal)));
    } catch (error) {
      if (error instanceof LlmError || error instanceof AppError) return outcome(false, error.message);
      throw error;
    }
  };

async function ask(driver: LlmDriver, model: string | null, signal: AbortSignal): Promise<string> {
  if (model === null) return `The provider answers and offers ${(await driver.listModels(signal)).length} models. Add one to use it.`;
  const messages = [{ role: "user" as const, content: [{ type: "text" as const, text: "Answer with the word: ok" }] }];
  for await (const event of driver.stream({ model, instructions: "", messages, tools: [], maxTokens: MAX_TOKENS }, signal)) {
    if (event.type === "finished") return `The model ${model} answers.`;
  }
  throw new LlmError("bad_response", "The provider's answer broke off", true);
}
