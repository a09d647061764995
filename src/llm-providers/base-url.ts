import type { ProviderType } from "@/domain/llm-provider";
import { addressKind, isAddress, isMetadataHost, plainHost } from "@/platform/address-rules";
import { invalid } from "@/platform/app-error";

/**
 * Refuses an address that no provider has: one that carries a password, which would be shown to everyone who reads the provider,
 * and a cloud's metadata service, which gives the machine's own credentials to whoever asks. Private networks stay allowed: models live there.
 */
export function checkBaseUrl(type: ProviderType, baseUrl: string | null): void {
  if (baseUrl === null && type === "azure_openai") throw invalid("base_url is needed for azure_openai: the address of the resource");
  if (baseUrl === null) return;
  const { username, password, hostname } = new URL(baseUrl);
  if (username !== "" || password !== "") throw invalid("base_url must not carry a user or a password: put the key into api_key");
  if (isMetadataHost(hostname)) throw invalid("base_url must not be the address of a cloud's metadata service");
  if (isAddress(hostname) && addressKind(plainHost(hostname)) === "never")
    throw invalid("base_url must be an address that a server can have: not a link-local, multicast or reserved one");
}
