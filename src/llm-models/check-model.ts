import type { Script, Tx } from "@/database/database";
import { AppError, invalid } from "@/platform/app-error";
import type { LlmModelStore } from "./llm-model-store";

export type CheckModel = ReturnType<typeof createCheckModel>;

/** Throws unless the model that a request points at is there, in the transaction that keeps the pointer. `field` is how the request calls it. */
export const createCheckModel = ({ models }: { models: LlmModelStore }) =>
  function* checkModel(tx: Tx, field: string, id: string | null | undefined): Script<void> {
    if (id == null) return;
    try {
      yield* models.get(tx, id);
    } catch (error) {
      if (error instanceof AppError && error.kind === "not_found") throw invalid(`${field} names no model: GET /v1/llm-models lists them`);
      throw error;
    }
  };
