import type { Script } from "@/database/database";
import type { UsableModelStore } from "./usable-model-store";

/** What people call a model, `provider/model`, and which one they mean by it: null for one that is not here, or is disabled. */
export const createModelNames = (usableModels: UsableModelStore) => ({
  *nameOf(id: string): Script<string | null> {
    const found = yield* usableModels.findById(id);
    return found ? `${found.provider.name}/${found.modelId}` : null;
  },

  *idOf(name: string): Script<string | null> {
    return (yield* usableModels.findByName(name))?.id ?? null;
  },
});
