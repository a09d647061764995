import type { Agent } from "@/domain/agent";
import type { Message } from "@/domain/message";
import type { Session } from "@/domain/session";

export type Answer<Body = unknown> = { status: number; body: Body; headers: Headers };

/** One frame of an event stream; a live one has no `id`. */
export type StreamedEvent = { id: number | null; type: string; data: Record<string, unknown> };

export type Client = ReturnType<typeof createClient>;

/** A client of the API as any developer would write it: fetch, and a reader of event streams. `always` goes with every request. */
export function createClient(url: string, always: Record<string, string> = {}) {
  async function call<Body = unknown>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    const response = await fetch(url + path, {
      method,
      headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...always, ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      redirect: "manual",
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: (text === "" ? null : parse(text)) as Body };
  }

  const expectStatus = <Body>(answer: Answer<Body>, status: number): Body => {
    if (answer.status !== status) throw new Error(`expected ${status}, got ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };

  return {
    url,
    call,
    get: <Body = unknown>(path: string, headers?: Record<string, string>) => call<Body>("GET", path, undefined, headers),
    post: <Body = unknown>(path: string, body: unknown, headers?: Record<string, string>) => call<Body>("POST", path, body, headers),

    async createAgent(fields: Record<string, unknown> = {}): Promise<Agent> {
      return expectStatus(await call<Agent>("POST", "/v1/agents", { name: "Tester", system_prompt: "Be brief.", ...fields }), 201);
    },
    async createSession(agentId: string, fields: Record<string, unknown> = {}): Promise<Session & { path: string }> {
      const session = expectStatus(await call<Session>("POST", `/v1/agents/${agentId}/sessions`, fields), 201);
      return { ...session, path: `/v1/agents/${agentId}/sessions/${session.id}` };
    },
    async say(session: { path: string }, text: string, controls?: Record<string, unknown>): Promise<Message> {
      return expectStatus(await call<Message>("POST", `${session.path}/messages`, { message: { content: text }, controls }), 201);
    },
    async messages(session: { path: string }): Promise<Message[]> {
      return expectStatus(await call<{ items: Message[] }>("GET", `${session.path}/messages?limit=1000`), 200).items;
    },
    /** Follows the stream until `isLast` says so, and returns all that came, that one included. */
    follow: (session: { path: string }, isLast: (event: StreamedEvent) => boolean, after = 0) =>
      follow(`${url}${session.path}/events?after_sequence=${after}`, always, isLast),
    /** Says something and waits for its turn to end. */
    async ask(
      session: { path: string },
      text: string,
      controls?: Record<string, unknown>,
    ): Promise<{ message: Message; events: StreamedEvent[] }> {
      const message = await this.say(session, text, controls);
      return { message, events: await this.follow(session, endsTurn(message.turn_id)) };
    },
  };
}

export const endsTurn =
  (turnId: string) =>
  ({ type, data }: StreamedEvent): boolean =>
    ["turn.completed", "turn.failed", "turn.cancelled"].includes(type) && data.turn_id === turnId;

async function follow(
  address: string,
  headers: Record<string, string>,
  isLast: (event: StreamedEvent) => boolean,
): Promise<StreamedEvent[]> {
  const control = new AbortController();
  const seen: StreamedEvent[] = [];
  for await (const event of readStream(await fetch(address, { headers, signal: control.signal }))) {
    seen.push(event);
    if (isLast(event)) break;
  }
  control.abort();
  return seen;
}

/** The frames of a `text/event-stream` answer, comments left out. */
export async function* readStream(response: Response): AsyncGenerator<StreamedEvent> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body!) {
    text += decoder.decode(chunk, { stream: true });
    const frames = text.split("\n\n");
    text = frames.pop()!;
    for (const frame of frames) {
      const fields = new Map(frame.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]));
      const type = fields.get("event");
      if (type) yield { id: fields.has("id") ? Number(fields.get("id")) : null, type, data: JSON.parse(fields.get("data")!) };
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
