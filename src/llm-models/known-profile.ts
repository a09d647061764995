import type { ModelProfile } from "@/domain/llm-model";
import type { ProviderType } from "@/domain/llm-provider";
import { findModelProfile } from "./model-profile";

const MOST_REMEMBERED = 10_000;
const remembered = new Map<string, ModelProfile | null>();

/** `findModelProfile`, worked out once per type and model: every turn and every list asks. */
export function knownProfile(type: ProviderType, modelId: string): ModelProfile | null {
  const key = `${type}/${modelId}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  const profile = findModelProfile(type, modelId);
  remembered.set(key, profile);
  return profile;
}
