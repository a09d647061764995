import type { Database } from "@/database/database";
import type { WebResult } from "@/domain/web-search";
import { OutboundError } from "@/platform/outbound-error";
import type { SafeFetch } from "@/platform/safe-fetch";
import { addressOf, ENGINES } from "./search-engines";
import type { WebSearchStore } from "./web-search-store";

const TIMEOUT_MS = 20_000;
const MAX_BYTES = 4 * 1024 * 1024;

/** A search could not be made; the message is for people and models. */
export class SearchFailed extends Error {
  override readonly name = "SearchFailed";
}

export type SearchWeb = ReturnType<typeof createSearchWeb>;

/** Asks the engine that an admin has set. Throws `SearchFailed` in words, or the signal's reason. */
export const createSearchWeb = ({ db, settings, safeFetch }: { db: Database; settings: WebSearchStore; safeFetch: SafeFetch }) =>
  async function searchWeb(query: string, count: number, signal: AbortSignal): Promise<WebResult[]> {
    const address = await db.read(() => settings.addressOf(db));
    if (!address)
      throw new SearchFailed(
        "No search engine is set: an admin chooses one (SearXNG, Brave or Tavily) in the settings or with PUT /v1/web-search. Pages whose address is known can be read all the same.",
      );
    const engine = ENGINES[address.engine];
    const { url, init } = engine.ask({ query, count, baseUrl: addressOf(address.engine, address.baseUrl), apiKey: address.apiKey });
    const answer = await ask(safeFetch, url, init, signal);
    try {
      return engine.read(answer).slice(0, count);
    } catch {
      throw new SearchFailed("The search engine answered in a form that is not its own: check its address in the settings");
    }
  };

async function ask(safeFetch: SafeFetch, url: string, init: RequestInit, signal: AbortSignal): Promise<unknown> {
  try {
    const response = await safeFetch(url, {
      ...init,
      headers: { ...(init.headers as Record<string, string>), accept: "application/json" },
      signal,
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new SearchFailed(refusalOf(response.status));
    }
    return await response.json();
  } catch (error) {
    if (signal.aborted || error instanceof SearchFailed) throw error;
    if (error instanceof OutboundError) throw new SearchFailed(error.message);
    if (error instanceof SyntaxError)
      throw new SearchFailed("The search engine did not answer JSON: check its address, and that SearXNG allows the format json");
    throw new SearchFailed("The search engine can't be reached: check its address in the settings");
  }
}

function refusalOf(status: number): string {
  if (status === 401 || status === 403) return "The search engine refused: check its key, and that SearXNG allows the format json";
  if (status === 429) return "The search engine has had too many searches: wait a moment, or raise its limit";
  return `The search engine answered with the status ${status}`;
}
