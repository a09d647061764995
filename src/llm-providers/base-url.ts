import type { ProviderType } from "@/domain/llm-provider";
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
  if (METADATA_HOSTS.has(plainHost(hostname))) throw invalid("base_url must not be the address of a cloud's metadata service");
}

/** Sources: the documentation of AWS (EC2, ECS, EKS; IPv4 and IPv6), Google Cloud, Azure, Oracle and Alibaba. */
const METADATA_HOSTS = new Set([
  "169.254.169.254",
  "169.254.170.2",
  "169.254.170.23",
  "100.100.100.200",
  "[fd00:ec2::254]",
  "[fd00:ec2::23]",
  "[fd20:ce::254]",
  "metadata.google.internal",
  "metadata.goog",
  "instance-data.ec2.internal",
]);

/** `URL` has already undone decimal, octal and hexadecimal spellings; left are a final dot and IPv4 inside IPv6 (mapped, compatible, NAT64). */
function plainHost(hostname: string): string {
  const [, high, low] = /^\[(?:::|::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(hostname) ?? [];
  if (!high || !low) return hostname.replace(/\.$/, "");
  return [high, low].flatMap((pair) => [Number.parseInt(pair, 16) >> 8, Number.parseInt(pair, 16) & 255]).join(".");
}
