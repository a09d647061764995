import type { ProviderType } from "@/domain/llm-provider";
import { invalid } from "@/platform/app-error";
import { checkConfiguredAddress } from "@/platform/configured-address";

/** Refuses an address that no provider has, and none where one is needed. */
export function checkBaseUrl(type: ProviderType, baseUrl: string | null): void {
  if (baseUrl === null && type === "azure_openai") throw invalid("base_url is needed for azure_openai: the address of the resource");
  if (baseUrl !== null) checkConfiguredAddress(baseUrl, "base_url", "api_key");
}
