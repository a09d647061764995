import { actorOf } from "@/auth/request-actor";
import type { Database } from "@/database/database";
import { SetWebSearch, TestWebSearch, WebSearch, WebSearchTest } from "@/domain/web-search";
import type { Once } from "@/http/once";
import { doc, resource } from "@/http/resource";
import { adminOf } from "@/llm-providers/admin-only";
import { SearchFailed, type SearchWeb } from "./search-web";
import type { WebSearchStore } from "./web-search-store";

type Parts = { db: Database; settings: WebSearchStore; searchWeb: SearchWeb; once: Once };

export const webSearchRoutes = ({ db, settings, searchWeb, once }: Parts) =>
  resource("/v1/web-search", "web-search")
    .get(
      "",
      ({ request }) => {
        actorOf(request);
        return db.read(() => settings.get(db));
      },
      {
        detail: doc({
          operationId: "getWebSearch",
          summary: "Which engine searches the web",
          answers: { 200: WebSearch },
        }),
      },
    )
    .put(
      "",
      ({ body, request }) => {
        adminOf(request);
        return db.transact((tx) => settings.set(tx, body));
      },
      {
        body: SetWebSearch,
        detail: doc({ operationId: "setWebSearch", summary: "Choose the engine that searches the web", answers: { 200: WebSearch } }),
      },
    )
    .delete(
      "",
      async ({ request, status }) => {
        adminOf(request);
        await db.transact((tx) => settings.remove(tx));
        return status(204, undefined);
      },
      { detail: doc({ operationId: "removeWebSearch", summary: "Search the web no more", answers: { 204: null } }) },
    )
    .post(
      "/test",
      async ({ body, request }) => {
        const actor = adminOf(request);
        const result = await tested(body.query, request.signal);
        // biome-ignore lint/correctness/useYield: the script keeps nothing but the answer
        return once({ request, actor, body }, 200, function* () {
          return result;
        });

        async function tested(query: string, signal: AbortSignal): Promise<WebSearchTest> {
          try {
            const results = await searchWeb(query, 3, signal);
            return { ok: true, message: `The engine found ${results.length} pages`, results };
          } catch (error) {
            if (!(error instanceof SearchFailed)) throw error;
            return { ok: false, message: error.message, results: [] };
          }
        }
      },
      {
        body: TestWebSearch,
        detail: doc({
          operationId: "testWebSearch",
          summary: "Search once and say what is wrong",
          description: "An engine that fails is an answer too: `ok` is false.",
          answers: { 200: WebSearchTest },
        }),
      },
    );
