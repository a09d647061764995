import type { Database } from "@/database/database";
import { envelope, listOf } from "@/http/lists";
import { doc, resource } from "@/http/resource";
import { adminOf } from "./admin-only";
import { FoundProvider } from "./discover-providers";
import type { LlmProviderStore } from "./llm-provider-store";

type Parts = { db: Database; providers: Pick<LlmProviderStore, "allRows">; discoverProviders: () => Promise<FoundProvider[]> };

/** What could become a provider. Only admins may look: it says what runs on the server's machine. */
export const localLlmProviderRoutes = ({ db, providers, discoverProviders }: Parts) =>
  resource("/v1/local-llm-providers", "llm-providers").get(
    "",
    async ({ request }) => {
      adminOf(request);
      const known = new Set((await db.read(() => providers.allRows(db))).map(({ baseUrl }) => baseUrl));
      const items = (await discoverProviders()).filter(({ base_url }) => !known.has(base_url));
      return envelope({ items, total: items.length }, { offset: 0, limit: 100 });
    },
    {
      detail: doc({
        operationId: "listLocalLlmProviders",
        summary: "Look for programs on this machine that offer models and are no providers yet",
        description: "Today: Ollama, where `OLLAMA_HOST` says, else on its usual port.",
        answers: { 200: listOf("FoundProvider", FoundProvider) },
      }),
    },
  );
