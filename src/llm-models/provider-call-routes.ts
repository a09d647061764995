import type { Once } from "@/http/once";
import { doc, resource } from "@/http/resource";
import { adminOf } from "@/llm-providers/admin-only";
import type { createSyncModels } from "./sync-models";
import { ModelSync } from "./sync-models";
import { type createTestProvider, ProviderTest } from "./test-provider";

type Parts = { once: Once; testProvider: ReturnType<typeof createTestProvider>; syncModels: ReturnType<typeof createSyncModels> };

/** The routes under a provider that really call it; they stand here because they need its models. */
export const providerCallRoutes = ({ once, testProvider, syncModels }: Parts) =>
  resource("/v1/llm-providers", "llm-providers")
    .post(
      "/:id/test",
      ({ params, body, request }) =>
        once.calling({ request, actor: adminOf(request), body }, 200, async () => {
          const result = await testProvider(params.id);
          // biome-ignore lint/correctness/useYield: the script keeps nothing but the answer
          return function* () {
            return result;
          };
        }),
      {
        detail: doc({
          operationId: "testLlmProvider",
          summary: "Call a provider once and say what is wrong",
          description: "Takes 15 seconds at most. A provider that fails is an answer too: `ok` is false.",
          answers: { 200: ProviderTest },
        }),
      },
    )
    .post(
      "/:id/sync-models",
      ({ params, body, request }) => once.calling({ request, actor: adminOf(request), body }, 200, () => syncModels(params.id)),
      {
        detail: doc({
          operationId: "syncLlmModels",
          summary: "Add the models that a provider offers and that are missing here",
          description: "Models that are here already stay as they are, and none is deleted.",
          answers: { 200: ModelSync },
        }),
      },
    );
