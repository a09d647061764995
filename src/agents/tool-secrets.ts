import type { GivenTool, HttpTool, OwnTool } from "@/domain/own-tool";
import type { Secret, SecretBox } from "@/platform/secrets";

/** Sealed, by the name of the tool and of the header. */
export type SealedHeaders = Record<string, Record<string, string>>;

/** What is kept of tools: what may be shown, and beside it what may not. */
export type KeptTools = { tools: OwnTool[]; sealed: SealedHeaders };

/**
 * Takes the secrets out of tools and seals them. One that is only said to be set stays as it was, if the tool still talks to the same
 * host: a secret is bound to its agent, tool, header and host, and opens for no other.
 */
export function sealTools(secrets: SecretBox, agentId: string, given: readonly GivenTool[], before: SealedHeaders): KeptTools {
  const sealed: SealedHeaders = {};
  const tools = given.map((tool): OwnTool => {
    if (tool.type === "agent") return tool;
    const headers = Object.entries(tool.headers).map(([name, value]): [string, HttpTool["headers"][string]] => {
      if (typeof value === "string") return [name, value];
      const place = placeOf(agentId, tool, name);
      const kept = "secret" in value ? secrets.seal(value.secret, place) : keptIn(before, tool, name);
      if (kept === undefined || !opens(secrets, kept, place)) return [name, { secret_set: false }];
      sealed[tool.name] = { ...sealed[tool.name], [name]: kept };
      return [name, { secret_set: true }];
    });
    return { ...tool, headers: Object.fromEntries(headers) };
  });
  return { tools, sealed };
}

/** The headers to send, or null when a secret among them is not set or cannot be opened. */
export function openHeaders(
  secrets: SecretBox,
  agentId: string,
  tool: HttpTool,
  sealed: SealedHeaders,
): Record<string, string | Secret> | null {
  const headers: Record<string, string | Secret> = {};
  for (const [name, value] of Object.entries(tool.headers)) {
    if (typeof value === "string") {
      headers[name] = value;
      continue;
    }
    const kept = keptIn(sealed, tool, name);
    const place = placeOf(agentId, tool, name);
    if (kept === undefined || !opens(secrets, kept, place)) return null;
    headers[name] = secrets.open(kept, place);
  }
  return headers;
}

/** Where a header's secret is kept, and for which host: it opens there and nowhere else. */
export const placeOf = (agentId: string, { name, url }: Pick<HttpTool, "name" | "url">, header: string): string =>
  `agents/${agentId}/tools/${name}/${header}/${new URL(url.replace(/\{[^{}]+\}/g, "x")).origin}`;

function keptIn(sealed: SealedHeaders, { name }: Pick<HttpTool, "name">, header: string): string | undefined {
  return Object.hasOwn(sealed, name) && Object.hasOwn(sealed[name]!, header) ? sealed[name]![header] : undefined;
}

function opens(secrets: SecretBox, sealed: string, place: string): boolean {
  try {
    secrets.open(sealed, place);
    return true;
  } catch {
    return false;
  }
}
