import { anthropicDriver } from "./anthropic";
import type { LlmConnection, LlmDriver } from "./llm";
import { openAiDriver } from "./openai";
import { simulatedDriver } from "./simulated";
import type { DriverOptions } from "./wire";

/** The driver for a provider's row. An SDK is loaded when its first call is made, so that a start does not wait for it. */
export function createDriver(connection: LlmConnection, options: DriverOptions): LlmDriver {
  switch (connection.type) {
    case "anthropic":
      return anthropicDriver(connection, options);
    case "simulated":
      return simulatedDriver(connection.settings);
    case "openai":
    case "azure_openai":
    case "ollama":
    case "custom":
      return openAiDriver(connection, options);
  }
}
