import { z } from "zod";
import { Timestamp } from "./common";

export const SearchEngine = z.enum(["searxng", "brave", "tavily"]);
export type SearchEngine = z.infer<typeof SearchEngine>;

/** Which engine answers when a model searches the web: none while `engine` is null. The key is write-only. */
export const WebSearch = z
  .object({
    engine: SearchEngine.nullable(),
    /** The engine's own address when null; SearXNG has none of its own. */
    base_url: z.string().nullable(),
    api_key_set: z.boolean(),
    updated_at: Timestamp.nullable(),
  })
  .meta({ id: "WebSearch" });
export type WebSearch = z.infer<typeof WebSearch>;

/** An absent `api_key` keeps the one that is there, as long as engine and address stay the same. */
export const SetWebSearch = z
  .object({
    engine: SearchEngine,
    base_url: z
      .url({ protocol: /^https?$/, error: "must be an http or https address" })
      .max(2000)
      .nullish(),
    api_key: z
      .string()
      .regex(/^[\x21-\x7e]{1,1000}$/, { error: "must be a key: visible ASCII characters without spaces" })
      .nullish(),
  })
  .meta({ id: "SetWebSearch" });
export type SetWebSearch = z.infer<typeof SetWebSearch>;

export const WebResult = z.object({ title: z.string(), url: z.string(), snippet: z.string() }).meta({ id: "WebResult" });
export type WebResult = z.infer<typeof WebResult>;

export const TestWebSearch = z.object({ query: z.string().trim().min(1).max(400).default("everruns") }).meta({ id: "TestWebSearch" });

export const WebSearchTest = z.object({ ok: z.boolean(), message: z.string(), results: z.array(WebResult) }).meta({ id: "WebSearchTest" });
export type WebSearchTest = z.infer<typeof WebSearchTest>;
