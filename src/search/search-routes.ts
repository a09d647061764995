import { z } from "zod";
import { actorOf } from "@/auth/request-actor";
import type { Database } from "@/database/database";
import { SearchHit } from "@/domain/search-hit";
import { SessionFilter } from "@/domain/session";
import { envelope, listOf, PageQuery } from "@/http/lists";
import { doc, resource } from "@/http/resource";
import type { SearchStore } from "./search-store";
import type { SearchWorker } from "./search-worker";

const Query = PageQuery.extend({
  q: z.string().trim().min(1).max(500).meta({ description: "Words that must all be there; the last may be a beginning" }),
  ...SessionFilter.shape,
});

export const searchRoutes = ({ db, search, worker }: { db: Database; search: SearchStore; worker: Pick<SearchWorker, "catchUp"> }) =>
  resource("/v1/search", "search").get(
    "",
    async ({ query, request }) => {
      await worker.catchUp();
      return envelope(await db.read(() => search.find(db, actorOf(request), query, query)), query);
    },
    {
      query: Query,
      detail: doc({
        operationId: "search",
        summary: "Search the messages and tool results of all the caller's sessions, newest first",
        description: "In the sessions that `status`, `agent_id` and `tag` leave. `total` counts to 1,000.",
        answers: { 200: listOf("SearchHit", SearchHit) },
      }),
    },
  );
