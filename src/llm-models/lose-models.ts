import type { Script, Tx } from "@/database/database";
import type { NamedModel } from "./llm-model-store";

/** Whoever points at models, and remembers the names of those that are deleted. */
type Pointers = { loseModels(tx: Tx, models: readonly NamedModel[]): Script<void> };

export type LoseModels = ReturnType<typeof createLoseModels>;

/** Tells everyone who points at models that these go, in the transaction that deletes them: a later turn then says that it fell back. */
export const createLoseModels = ({ pointers }: { pointers: readonly Pointers[] }) =>
  function* loseModels(tx: Tx, models: readonly NamedModel[]): Script<void> {
    for (const store of pointers) yield* store.loseModels(tx, models);
  };
