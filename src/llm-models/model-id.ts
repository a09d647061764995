/** What is left of a model's id when spelling does not count: `claude-opus-4.5` and `claude-opus-4-5` are one, as are `gpt-3.5-turbo` and Azure's `gpt-35-turbo`. */
export const looseKey = (modelId: string): string => modelId.toLowerCase().replace(/[^a-z0-9]/g, "");

/** How an id changes the price: as listed, nothing, or unknown (fine-tuned, or a gateway's variant of the model). */
export type Price = "listed" | "free" | "unknown";

/**
 * The spellings under which a model may be known, most specific first, with what vendors, gateways and clouds put around its name:
 * `openai/gpt-4o`, `us.anthropic.claude-sonnet-4-5-20250929-v1:0`, `claude-sonnet-4-5@20250929`, `ft:gpt-4o-mini-2024-07-18:acme::x`,
 * `deepseek-r1:free`, `llama3.3:70b-instruct-q4_K_M`. Never shortens beyond that: an unknown model is better than a wrong one.
 */
export function spellingsOf(modelId: string): { names: string[]; price: Price } {
  const { id, price } = withoutVariant(modelId.trim().toLowerCase());
  const name = withoutVendor(id);
  const names = [name, withoutRelease(name), withoutRelease(withoutQuantisation(name))];
  return { names: [...new Set(names)].filter((each) => each !== ""), price };
}

function withoutVariant(id: string): { id: string; price: Price } {
  const tuned = /^ft:([^:]+):/.exec(id);
  if (tuned?.[1]) return { id: tuned[1], price: "unknown" };
  const variant = /^(.+):(free|batch|beta|exacto|extended|floor|nitro|online|thinking)$/.exec(id);
  if (!variant?.[1]) return { id, price: "listed" };
  return { id: variant[1], price: variant[2] === "free" ? "free" : "unknown" };
}

function withoutVendor(id: string): string {
  const name = id.replace(/^.*\//, "");
  const bedrock = /^(?:[a-z]+\.)?(?:anthropic|deepseek|google|meta|minimax|mistral|moonshotai?|nvidia|openai|qwen|zai)\.(.+)$/.exec(name);
  return bedrock?.[1] ? bedrock[1].replace(/-v\d+(?::\d+)?$/, "").replace(/-\d:\d$/, "") : name;
}

function withoutRelease(name: string): string {
  return name
    .replace(/[-:@]latest$/, "")
    .replace(/[-@](?:\d{4}-\d{2}-\d{2}|20\d{6})$/, "")
    .replace(/^(claude-[a-z]+-\d)-0$/, "$1");
}

const withoutQuantisation = (name: string): string => name.replace(/-(?:q\d\w*|fp16|bf16)$/, "");
