import type { Client } from "./client";

/** The id of a model `<name>-1` of a provider of its own, which is called `name` and speaks OpenAI's chat protocol at this address. */
export async function createModel(app: Client, name: string, url: string, fields: object = {}): Promise<string> {
  const connection = { name, provider_type: "custom", base_url: `${url}/v1` };
  const provider = (await app.post<{ id: string }>("/v1/llm-providers", connection)).body;
  return (await app.post<{ id: string }>(`/v1/llm-providers/${provider.id}/models`, { model_id: `${name}-1`, ...fields })).body.id;
}
