import type { LlmConnection, LlmDriver } from "./llm";
import { streamChat } from "./openai-chat";
import { type OpenAiEndpoint, openAiClient, openAiEndpoint } from "./openai-client";
import { streamResponses } from "./openai-responses";
import { wellFormedRequest } from "./prompt";
import { askOverWire, type DriverOptions, overWire } from "./wire";

/** Most models that are listed. */
const maxModels = 2000;

/** Speaks OpenAI's two protocols, for OpenAI itself, Azure, and the many servers that speak chat completions. */
export function openAiDriver(connection: LlmConnection, options: DriverOptions): LlmDriver {
  const callTo = ({ baseUrl, auth }: OpenAiEndpoint) => ({ connection, options, baseUrl, auth });
  return {
    async *stream(given, signal) {
      const endpoint = openAiEndpoint(connection);
      const request = wellFormedRequest(given);
      const speak = endpoint.api === "responses" ? streamResponses : streamChat;
      yield* overWire({ ...callTo(endpoint), signal, model: request.model, expects: "stream" }, async function* (wire) {
        yield* speak(await openAiClient(endpoint, wire), request, wire, connection);
      });
    },

    async listModels(signal) {
      const endpoint = openAiEndpoint(connection);
      return await askOverWire({ ...callTo(endpoint), signal, model: null, expects: "json" }, async (wire) => {
        const client = await openAiClient(endpoint, wire);
        const names: string[] = [];
        for await (const { id } of client.models.list({ signal: wire.signal })) {
          names.push(id);
          if (names.length >= maxModels) break;
        }
        return names.sort();
      });
    },
  };
}
