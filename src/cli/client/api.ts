import { EventSourceParserStream } from "eventsource-parser/stream";
import { AppError, type ErrorKind } from "@/platform/app-error";
import { newId } from "@/platform/ids";

export type Api = ReturnType<typeof createApi>;

/** One event of a session; what is live only has no `id`. */
export type FollowedEvent = { id: number | null; type: string; data: Record<string, unknown> };

/** A stream that broke is taken up again this often in a row, so long apart: enough for a restart. */
const MOST_RETRIES = 20;
const RETRY_MS = 500;

const KINDS: Record<number, ErrorKind> = {
  400: "invalid",
  401: "unauthorized",
  403: "forbidden",
  404: "not_found",
  409: "conflict",
  413: "too_large",
  429: "rate_limited",
  503: "unavailable",
  507: "storage_full",
};

/** The API of a server that runs, for commands. Throws `AppError` with the server's own words. */
export function createApi(url: string, key: string | undefined) {
  const credential: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };

  async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const response = await fetch(url + path, {
      method,
      headers: {
        ...credential,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(method === "POST" ? { "idempotency-key": newId() } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: "error",
    }).catch(() => {
      throw new AppError("unavailable", `No server answers at ${url}. Start one with: everruns serve`, { code: "unreachable" });
    });
    if (response.ok) return response;
    throw refusalOf(response.status, await response.json().catch(() => null), key !== undefined);
  }

  async function call<Body>(method: string, path: string, body?: unknown): Promise<Body> {
    const text = await (await send(method, path, body)).text();
    return (text === "" ? undefined : JSON.parse(text)) as Body;
  }

  return {
    url,
    get: <Body>(path: string) => call<Body>("GET", path),
    post: <Body>(path: string, body: unknown = {}) => call<Body>("POST", path, body),
    remove: (path: string) => call<void>("DELETE", path),
    text: async (path: string): Promise<string> => (await send("GET", path)).text(),

    /** A session's events after a place in its log, over restarts of the server, until the caller has had enough. */
    async *follow(sessionId: string, after: number): AsyncGenerator<FollowedEvent> {
      let place = after;
      for (let retries = 0; ; retries++) {
        const path = `/v1/sessions/${sessionId}/events?after_sequence=${place}`;
        try {
          const { body } = await send("GET", path, undefined, { accept: "text/event-stream" });
          const events = body!.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
          for await (const { id, event, data } of events) {
            retries = 0;
            const sequence = id === undefined ? null : Number(id);
            if (sequence !== null) place = sequence;
            yield { id: sequence, type: event ?? "message", data: JSON.parse(data) as Record<string, unknown> };
          }
        } catch (error) {
          if (error instanceof AppError && error.kind !== "unavailable") throw error;
          if (retries >= MOST_RETRIES) throw error;
        }
        await Bun.sleep(RETRY_MS);
      }
    },
  };
}

function refusalOf(status: number, body: unknown, hasKey: boolean): AppError {
  const { error, code } = (body ?? {}) as { error?: string; code?: string };
  const hint =
    status === 401
      ? ` ${hasKey ? "The key in EVERRUNS_API_KEY is not accepted." : "Set EVERRUNS_API_KEY to a key made at /api-keys."}`
      : "";
  const words = `${error ?? `The server answered ${status}`}.`.replace(/\.\.$/, ".");
  return new AppError(KINDS[status] ?? "unavailable", words + hint, { code: code ?? "unknown" });
}
