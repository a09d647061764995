import { eventStream } from "./fake-provider";

/** What a provider that speaks OpenAI's chat protocol answers: these words, in one piece. */
export const sayWords = (text: string): Response =>
  eventStream(
    [...[{ delta: { role: "assistant", content: text } }, { delta: {}, finish_reason: "stop" }].map(chunk), "[DONE]"]
      .map((data) => `data: ${data}\n\n`)
      .join(""),
  );

const chunk = (choice: object): string => JSON.stringify({ id: "c1", object: "chat.completion.chunk", choices: [{ index: 0, ...choice }] });

export const refuseWith = (status: number, error: object = { message: "no" }): Response => Response.json({ error }, { status });
