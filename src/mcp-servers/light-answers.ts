import { createJsonScale } from "@/platform/json-weight";
import { OutboundError } from "@/platform/outbound-error";

export type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

/** Lets no JSON through that would hold this server up while it is parsed: the body fails where it becomes too much. */
export const lightAnswers =
  (outbound: Fetch): Fetch =>
  async (url, init) => {
    const response = await outbound(url, init);
    const type = response.headers.get("content-type") ?? "";
    if (response.body === null || !/\bjson\b|text\/event-stream/i.test(type)) return response;
    const scale = createJsonScale({ isEventStream: /text\/event-stream/i.test(type) });
    const weighed = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        if (scale.take(chunk)) controller.enqueue(chunk);
        else controller.error(new OutboundError("too_large", "The answer is made of more parts than this server reads."));
      },
    });
    const { status, statusText, headers } = response;
    return Object.defineProperty(new Response(response.body.pipeThrough(weighed), { status, statusText, headers }), "url", {
      value: response.url,
    });
  };
