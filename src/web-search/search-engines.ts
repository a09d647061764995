import { z } from "zod";
import type { SearchEngine, WebResult } from "@/domain/web-search";
import { isMetadataHost } from "@/platform/address-rules";
import { type AppError, invalid } from "@/platform/app-error";

export type Question = { query: string; count: number; baseUrl: string; apiKey: string | null };

type Engine = {
  /** Null for one that everyone runs by themselves. */
  address: string | null;
  needsKey: boolean;
  ask(question: Question): { url: string; init: RequestInit };
  /** Throws for an answer of another form. */
  read(answer: unknown): WebResult[];
};

/**
 * What is sent to each engine, and what of its answer is used. Sources: docs.searxng.org/dev/search_api.html,
 * api-dashboard.search.brave.com (Web Search API), docs.tavily.com (POST /search).
 */
export const ENGINES: Record<SearchEngine, Engine> = {
  searxng: {
    address: null,
    needsKey: false,
    ask: ({ query, baseUrl, apiKey }) => ({
      url: `${baseUrl}/search?${new URLSearchParams({ q: query, format: "json" })}`,
      init: apiKey === null ? {} : { headers: { authorization: `Bearer ${apiKey}` } },
    }),
    read: (answer) => Results.parse(answer).results.map(toResult),
  },
  brave: {
    address: "https://api.search.brave.com/res/v1",
    needsKey: true,
    ask: ({ query, count, baseUrl, apiKey }) => ({
      url: `${baseUrl}/web/search?${new URLSearchParams({ q: query, count: String(count), text_decorations: "false" })}`,
      init: { headers: { "x-subscription-token": apiKey ?? "" } },
    }),
    read: (answer) => (z.object({ web: Results.optional() }).parse(answer).web?.results ?? []).map(toResult),
  },
  tavily: {
    address: "https://api.tavily.com",
    needsKey: true,
    ask: ({ query, count, baseUrl, apiKey }) => ({
      url: `${baseUrl}/search`,
      init: {
        method: "POST",
        headers: { authorization: `Bearer ${apiKey ?? ""}`, "content-type": "application/json" },
        body: JSON.stringify({ query, max_results: count }),
      },
    }),
    read: (answer) => Results.parse(answer).results.map(toResult),
  },
};

export const addressOf = (engine: SearchEngine, baseUrl: string | null): string =>
  (baseUrl ?? ENGINES[engine].address!).replace(/\/+$/, "");

/** What is missing of an engine's settings, in words; null when nothing is. */
export function invalidSearch({
  engine,
  baseUrl,
  hasKey,
}: {
  engine: SearchEngine;
  baseUrl: string | null;
  hasKey: boolean;
}): AppError | null {
  const { address, needsKey } = ENGINES[engine];
  if (baseUrl === null && address === null)
    return invalid("base_url is required for searxng: the address of your SearXNG, such as http://localhost:8080");
  if (baseUrl !== null && isMetadataHost(new URL(baseUrl).hostname))
    return invalid("base_url must not be the metadata service of a cloud: it gives this machine's own credentials away");
  if (needsKey && !hasKey) return invalid("api_key is required for this engine");
  return null;
}

/** Engines differ in what they call the words of a page. */
const Results = z.object({
  results: z.array(
    z.object({ title: z.string().nullish(), url: z.string(), content: z.string().nullish(), description: z.string().nullish() }),
  ),
});

const MAX_SNIPPET_LENGTH = 1000;

const toResult = ({ title, url, content, description }: z.infer<typeof Results>["results"][number]): WebResult => ({
  title: (title ?? "").slice(0, 300),
  url: url.slice(0, 2000),
  snippet: (content ?? description ?? "").slice(0, MAX_SNIPPET_LENGTH),
});
