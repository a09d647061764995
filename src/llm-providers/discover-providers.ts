import { z } from "zod";
import { ProviderType } from "@/domain/llm-provider";
import type { SafeFetch } from "@/platform/safe-fetch";

export const FoundProvider = z
  .object({
    name: z.string(),
    provider_type: ProviderType,
    base_url: z.string().meta({ description: "What to give a new provider as its `base_url`." }),
    models: z.array(z.string()),
  })
  .meta({ id: "FoundProvider", description: "A program on this machine that offers models." });
export type FoundProvider = z.infer<typeof FoundProvider>;

/** A program on the same machine answers in a few milliseconds, or is not there. */
const PATIENCE_MS = 700;
const MOST_MODELS = 200;
const MOST_BYTES = 1_000_000;

/** Ollama's list of models. Source: https://github.com/ollama/ollama/blob/main/docs/api.md */
const Tags = z.object({ models: z.array(z.object({ name: z.string().min(1).max(255) })) });

/** Looks for Ollama where it listens unless told otherwise, or where `host` (its own OLLAMA_HOST) says. Never throws: what does not answer is not there. */
export const createDiscoverProviders =
  ({ host, safeFetch }: { host: string | undefined; safeFetch: SafeFetch }) =>
  async (): Promise<FoundProvider[]> => {
    const origin = originOf(host);
    const models = origin && (await modelsOf(origin, safeFetch));
    return models ? [{ name: "Ollama", provider_type: "ollama", base_url: `${origin}/v1`, models }] : [];
  };

/** A host with or without a scheme and a port, as Ollama reads it. `0.0.0.0` is where a server listens, and nowhere to call. */
function originOf(host: string | undefined): string | null {
  const given = host?.trim() || "127.0.0.1";
  const hasScheme = /^https?:\/\//.test(given);
  const url = URL.parse(hasScheme ? given : `http://${given}`);
  if (url?.username !== "" || url.password !== "") return null;
  if (!hasScheme && url.port === "") url.port = "11434";
  if (url.hostname === "0.0.0.0" || url.hostname === "[::]") url.hostname = "127.0.0.1";
  return url.origin;
}

async function modelsOf(origin: string, safeFetch: SafeFetch): Promise<string[] | null> {
  try {
    const response = await safeFetch(`${origin}/api/tags`, { redirect: "error", timeoutMs: PATIENCE_MS, maxBytes: MOST_BYTES });
    const { models } = Tags.parse(await response.json());
    return models.slice(0, MOST_MODELS).map(({ name }) => name);
  } catch {
    return null;
  }
}
