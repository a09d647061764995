import type { OpenAI } from "openai";
import { type LlmConnection, LlmError } from "./llm";
import type { Wire } from "./wire";

/** Which of the two protocols, under which address, with which headers. */
export type OpenAiEndpoint = {
  api: "chat_completions" | "responses";
  baseUrl: string;
  /** A dated `api-version`: Azure's older addresses, one per deployment. */
  deploymentsVersion: string | undefined;
  query: Record<string, string> | undefined;
  auth: Record<string, string>;
};

const defaultBases = { openai: "https://api.openai.com/v1", ollama: "http://127.0.0.1:11434/v1" } as const;
const endpointPath = /\/(chat\/completions|completions|responses|models)$/;

/**
 * `base_url` may be the base or the full endpoint. Without a path, `/v1` is what every server of this protocol serves.
 * A `base_url` of one's own speaks chat completions, OpenAI itself the Responses API; `settings.api` overrides both.
 */
export function openAiEndpoint(connection: LlmConnection): OpenAiEndpoint {
  if (connection.type === "azure_openai") return azureEndpoint(connection);
  const base = connection.baseUrl ?? (connection.type === "openai" ? defaultBases.openai : defaultBases.ollama);
  const { origin, path } = splitAddress(base);
  return {
    api: connection.settings.api ?? (connection.type === "openai" && connection.baseUrl === null ? "responses" : "chat_completions"),
    baseUrl: origin + (path === "" ? "/v1" : path),
    deploymentsVersion: undefined,
    query: undefined,
    auth: { authorization: `Bearer ${connection.apiKey}` },
  };
}

/**
 * Azure has two ways in. The v1 API (generally available since August 2025) is `…/openai/v1/` without a dated version: the default,
 * and where new features come. A dated `api_version`, in the settings or in the address, means the older
 * `…/openai/deployments/{deployment}/…?api-version=`. Either way the model's name is the name of the deployment, the key goes in
 * `api-key`, and chat completions are spoken unless the settings say otherwise: every deployment has them.
 * https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle
 */
function azureEndpoint({ baseUrl, apiKey, settings }: LlmConnection): OpenAiEndpoint {
  if (baseUrl === null) {
    throw new LlmError(
      "bad_request",
      "This provider needs the address of its Azure resource as base_url: https://NAME.openai.azure.com",
      false,
    );
  }
  const { origin, path, query } = splitAddress(baseUrl);
  const version = settings.api_version ?? query.get("api-version") ?? undefined;
  const isDated = version !== undefined && /^\d{4}-\d{2}-\d{2}/.test(version);
  const root = origin + path.replace(/\/openai(\/.*)?$/, "");
  return {
    api: settings.api ?? "chat_completions",
    baseUrl: isDated ? `${root}/openai` : `${root}/openai/v1`,
    deploymentsVersion: isDated ? version : undefined,
    query: version !== undefined && !isDated ? { "api-version": version } : undefined,
    auth: { "api-key": apiKey ?? "" },
  };
}

function splitAddress(address: string) {
  const url = new URL(address);
  const path = url.pathname.replace(/\/+$/, "").replace(endpointPath, "");
  return { origin: `${url.protocol}//${url.host}`, path, query: url.searchParams };
}

/** Everything is passed explicitly: what is left out, the SDK would take from the environment. The wire carries the key itself. */
export async function openAiClient({ baseUrl, deploymentsVersion, query }: OpenAiEndpoint, wire: Wire): Promise<OpenAI> {
  const { AzureOpenAI, OpenAI } = await import("openai");
  const options = {
    apiKey: "on the wire",
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    baseURL: baseUrl,
    fetch: wire.fetch,
    maxRetries: 0,
    timeout: 2 ** 31 - 1,
    logLevel: "off" as const,
    defaultQuery: query,
  };
  return deploymentsVersion === undefined ? new OpenAI(options) : new AzureOpenAI({ ...options, apiVersion: deploymentsVersion });
}
