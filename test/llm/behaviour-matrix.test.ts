import { afterAll, beforeAll, expect, test } from "bun:test";
import { LLMock } from "@copilotkit/aimock";
import { answerLimits } from "@/llm/answer";
import { createDriver } from "@/llm/drivers";
import type { LlmConnection, LlmMessage, LlmRequest } from "@/llm/llm";
import { droppingProvider, eventStream, fakeProvider, handWritten } from "../support/fake-provider";
import { failureOf, hear, partsOf, recordingFetch, requestOf, user, weather } from "../support/llm-calls";
import { type Protocol, protocols, testKey } from "../support/llm-protocols";
import { outbound } from "../support/outbound";

const mock = new LLMock({ port: 0, chunkSize: 5 });
const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const paris = { name: "get_weather", arguments: '{"city":"Paris"}', id: "call_paris" };
const oslo = { name: "get_weather", arguments: '{"city":"Oslo"}', id: "call_oslo" };

beforeAll(async () => {
  mock.onMessage("greet", { content: "Hello, this is a greeting.", usage: { prompt_tokens: 11, completion_tokens: 7 } });
  mock.onMessage("ponder", { content: "Forty-two.", reasoning: "Let me think about it." });
  mock.onMessage("think and act", { toolCalls: [paris], reasoning: "I need the weather.", reasoningSignature: "c2lnbmF0dXJl" });
  mock.onMessage("one city", { toolCalls: [paris] });
  mock.onMessage("two cities", { toolCalls: [paris, oslo] });
  mock.onMessage("wrong key", { error: { message: `Incorrect API key provided: ${testKey}`, type: "authentication_error" }, status: 401 });
  mock.onMessage("too fast", { error: { message: "Slow down", type: "rate_limit_error" }, status: 429, retryAfter: 7 });
  mock.onMessage("broken", { error: { message: "Internal error", type: "server_error" }, status: 500 });
  mock.onMessage("too long", {
    error: { message: "This model's maximum context length is 8192 tokens.", type: "invalid_request_error" },
    status: 400,
  });
  await mock.start();
});
afterAll(() => mock.stop());

const behaviours: Record<string, (protocol: Protocol) => Promise<void>> = {
  async "text is streamed in pieces, and kept whole"(protocol) {
    const heard = await hear(protocol.connect(mock.url), requestOf(protocol, [user("greet")]));
    expect(heard.events.filter(({ type }) => type === "text_delta").length).toBeGreaterThan(1);
    expect(heard.text).toBe("Hello, this is a greeting.");
    expect(partsOf(heard, "text")).toEqual([{ type: "text", text: "Hello, this is a greeting." }]);
    expect(heard.finished.finishReason).toBe("stop");
    expect(heard.finished.usage).toMatchObject({ input_tokens: 11, output_tokens: 7 });
  },

  async "reasoning is streamed apart from the text"(protocol) {
    const heard = await hear(protocol.connect(mock.url), requestOf(protocol, [user("ponder")], { reasoningEffort: "high" }));
    expect(heard.reasoning).toBe("Let me think about it.");
    expect(heard.text).toBe("Forty-two.");
    expect(partsOf(heard, "reasoning")).toMatchObject([{ text: "Let me think about it." }]);
  },

  async "a tool call is streamed with its arguments"(protocol) {
    const heard = await hear(protocol.connect(mock.url), requestOf(protocol, [user("one city")]));
    const deltas = heard.events.filter((event) => event.type === "tool_call_delta");
    expect(deltas.length).toBeGreaterThan(2);
    expect(deltas.map(({ delta }) => delta).join("")).toBe(paris.arguments);
    expect(deltas.every(({ index, id, name }) => index === 0 && id === "call_paris" && name === "get_weather")).toBe(true);
    expect(partsOf(heard, "tool_call")).toEqual([
      { type: "tool_call", id: "call_paris", name: "get_weather", arguments: { city: "Paris" } },
    ]);
    expect(heard.finished.finishReason).toBe("tool_calls");
  },

  async "tool calls side by side are told apart"(protocol) {
    const heard = await hear(protocol.connect(mock.url), requestOf(protocol, [user("two cities")]));
    expect(partsOf(heard, "tool_call").map(({ id, arguments: given }) => [id, given])).toEqual([
      ["call_paris", { city: "Paris" }],
      ["call_oslo", { city: "Oslo" }],
    ]);
    const indexes = heard.events.flatMap((event) => (event.type === "tool_call_delta" ? [event.index] : []));
    expect(new Set(indexes)).toEqual(new Set([0, 1]));
  },

  async "results of tools go back as one of two keys, and the conversation goes on"(protocol) {
    const { sent, fetch } = recordingFetch();
    const first = await hear(protocol.connect(mock.url), requestOf(protocol, [user("two cities")]));
    const conversation: LlmMessage[] = [
      user("two cities"),
      { role: "assistant", content: first.finished.content },
      { role: "tool_result", content: [{ type: "tool_result", tool_call_id: "call_paris", result: { sky: "blue" }, error: null }] },
      { role: "tool_result", content: [{ type: "tool_result", tool_call_id: "call_oslo", result: null, error: "No such city" }] },
      user("greet"),
      user("greet again"),
    ];
    const heard = await hear(protocol.connect(mock.url), requestOf(protocol, conversation), { fetch });
    expect(heard.text).toStartWith("Hello");
    expect(strings(sent[0]?.text)).toContain('{"result":{"sky":"blue"}}');
    expect(strings(sent[0]?.text)).toContain('{"error":"No such city"}');
  },

  async "images go out, by address and by value"(protocol) {
    const { sent, fetch } = recordingFetch();
    const images: LlmMessage = {
      role: "user",
      content: [
        { type: "text", text: "greet" },
        { type: "image", url: "https://images.example/cat.png" },
        { type: "image", base64: png, media_type: "image/png" },
        { type: "image", url: `data:image/jpeg;base64,${png}` },
      ],
    };
    await hear(protocol.connect(mock.url), requestOf(protocol, [images]), { fetch });
    const text = sent[0]?.text ?? "";
    expect(strings(text)).toContain("https://images.example/cat.png");
    expect(text.split(png).length - 1).toBe(2);
    expect(text).toContain("image/jpeg");
  },

  async "usage counts what was cached and what was thought"(protocol) {
    await using provider = fakeProvider(() => eventStream(protocol.usageFrames.join("")));
    const { finished } = await hear(protocol.connect(provider.url), requestOf(protocol, [user("hi")]));
    expect(finished.usage).toEqual({
      input_tokens: 100,
      output_tokens: 20,
      cache_read_tokens: 60,
      cache_write_tokens: 10,
      reasoning_tokens: 5,
    });
  },

  async "finish reasons are told apart"(protocol) {
    for (const [finish, expected] of Object.entries(protocol.finishes)) {
      const frames = protocol.frames({ text: ["I", " may"], finish: finish as "stop" });
      await using provider = fakeProvider(() => eventStream(frames.join("")));
      const { finished } = await hear(protocol.connect(provider.url), requestOf(protocol, [user("hi")]));
      expect([finish, finished.finishReason]).toEqual([finish, expected]);
      expect(finished.content).toEqual([{ type: "text", text: "I may" }]);
    }
  },

  async "signed reasoning goes back to where it came from, and nowhere else"(protocol) {
    const { sent, fetch } = recordingFetch();
    const request = requestOf(protocol, [user("think and act")], { reasoningEffort: "high" });
    const first = await hear(protocol.connect(mock.url), request, { fetch });
    const [thought] = partsOf(first, "reasoning");
    expect(thought).toMatchObject({ text: "I need the weather.", driver: protocol.driver });
    const next = (content: LlmMessage["content"]): LlmMessage[] => [
      user("think and act"),
      { role: "assistant", content },
      { role: "tool_result", content: [{ type: "tool_result", tool_call_id: "call_paris", result: "sun", error: null }] },
    ];
    await hear(protocol.connect(mock.url), { ...request, messages: next(first.finished.content) }, { fetch });
    expect(sent[1]?.text).toContain("I need the weather.");
    const foreign = first.finished.content.map((part) => (part.type === "reasoning" ? { ...part, driver: "another" } : part));
    await hear(protocol.connect(mock.url), { ...request, messages: next(foreign) }, { fetch });
    expect(sent[2]?.text).not.toContain("I need the weather.");
  },

  async "the wished effort, temperature and limit are sent"(protocol) {
    const { sent, fetch } = recordingFetch();
    await hear(protocol.connect(mock.url), requestOf(protocol, [user("greet")], { reasoningEffort: "low", maxTokens: 999 }), { fetch });
    await hear(protocol.connect(mock.url), requestOf(protocol, [user("greet")], { temperature: 0.25 }), { fetch });
    expect(sent[0]?.text).toContain('"low"');
    expect(sent[0]?.text).toContain("999");
    expect(sent[1]?.text).toContain('"temperature":0.25');
  },

  async "refusals of the provider are told apart, without the key"(protocol) {
    const failure = (text: string) => failureOf(hear(protocol.connect(mock.url), requestOf(protocol, [user(text)])));
    expect(await failure("wrong key")).toMatchObject({ code: "invalid_api_key", retryable: false });
    expect((await failure("wrong key")).message).not.toContain(testKey);
    expect(await failure("too fast")).toMatchObject({ code: "rate_limited", retryable: true, retryAfterMs: 7000 });
    expect(await failure("broken")).toMatchObject({ code: "provider_error", retryable: true });
    expect(await failure("too long")).toMatchObject({ code: "context_too_long", retryable: false });
    expect((await failure("too long")).message).toContain("maximum context length is 8192");
  },

  async "every status has its meaning"(protocol) {
    const cases: [number, string, string, boolean][] = [
      [400, "bad field", "bad_request", false],
      [402, "pay first", "rate_limited", false],
      [403, "not you", "not_permitted", false],
      [404, "no such model", "model_not_found", false],
      [408, "slow", "timeout", true],
      [429, "You exceeded your current quota (insufficient_quota)", "rate_limited", false],
      [503, "unavailable", "provider_error", true],
      [529, "busy", "overloaded", true],
    ];
    for (const [status, message, code, retryable] of cases) {
      await using provider = fakeProvider(() => Response.json({ error: { message } }, { status }));
      const failure = await failureOf(hear(protocol.connect(provider.url), requestOf(protocol, [user("hi")])));
      expect([status, failure.code, failure.retryable]).toEqual([status, code as typeof failure.code, retryable]);
      expect(failure.message).toContain(message);
      expect(provider.asked.length).toBe(1);
    }
  },

  async "the wish to wait is read as seconds, as a date and as milliseconds"(protocol) {
    const inAMinute = new Date(Date.now() + 60_000).toUTCString();
    for (const [headers, least, most] of [
      [{ "retry-after": "86400" }, 86_400_000, 86_400_000],
      [{ "retry-after": inAMinute }, 55_000, 60_000],
      [{ "retry-after-ms": "1500", "retry-after": "9" }, 1500, 1500],
    ] as [HeadersInit, number, number][]) {
      await using provider = fakeProvider(() => Response.json({ error: { message: "later" } }, { status: 429, headers }));
      const { retryAfterMs } = await failureOf(hear(protocol.connect(provider.url), requestOf(protocol, [user("hi")])));
      expect(retryAfterMs).toBeGreaterThanOrEqual(least);
      expect(retryAfterMs).toBeLessThanOrEqual(most);
    }
  },

  async "an abort in mid-stream throws its reason and closes the socket"(protocol) {
    const stream = handWritten();
    await using provider = fakeProvider(() => eventStream(stream.body));
    await stream.write(
      protocol
        .frames({ text: ["one", "two"] })
        .slice(0, -protocol.endFrames)
        .join(""),
    );
    const stop = new AbortController();
    const reason = new Error("the user had enough");
    const answer = createDriver(protocol.connect(provider.url), { fetch: outbound })
      .stream(requestOf(protocol, [user("hi")]), stop.signal)
      [Symbol.asyncIterator]();
    expect((await answer.next()).value).toEqual({ type: "text_delta", delta: "one" });
    expect((await answer.next()).value).toEqual({ type: "text_delta", delta: "two" });
    const waiting = answer.next();
    stop.abort(reason);
    expect(await waiting.catch((error) => error)).toBe(reason);
    await stream.left;
  },

  async "an abort before the first byte throws its reason"(protocol) {
    const stop = new AbortController();
    const reason = new Error("never mind");
    await using provider = fakeProvider(() => {
      stop.abort(reason);
      return new Promise<Response>(() => {});
    });
    const answer = hear(protocol.connect(provider.url), requestOf(protocol, [user("hi")]), {}, stop.signal);
    expect(await answer.catch((error) => error)).toBe(reason);
    const again = hear(protocol.connect(provider.url), requestOf(protocol, [user("hi")]), {}, stop.signal);
    expect(await again.catch((error) => error)).toBe(reason);
    expect(provider.asked.length).toBe(1);
  },

  async "a listener that leaves closes the socket"(protocol) {
    const stream = handWritten();
    await using provider = fakeProvider(() => eventStream(stream.body));
    await stream.write(
      protocol
        .frames({ text: ["one", "two"] })
        .slice(0, -protocol.endFrames)
        .join(""),
    );
    for await (const _ of createDriver(protocol.connect(provider.url), { fetch: outbound }).stream(
      requestOf(protocol, [user("hi")]),
      new AbortController().signal,
    ))
      break;
    await stream.left;
  },

  async "a stream without its end is no answer"(protocol) {
    const frames = protocol.frames({ text: ["half"] });
    for (const cut of [frames.slice(0, -protocol.endFrames), frames.slice(0, 1), []]) {
      await using provider = fakeProvider(() => eventStream(cut.join("")));
      const failure = await failureOf(hear(protocol.connect(provider.url), requestOf(protocol, [user("hi")])));
      expect(failure).toMatchObject({ code: "bad_response", retryable: true });
      expect(failure.message).toContain("ended before its answer was complete");
    }
  },

  async "a web page is no answer"(protocol) {
    const page = "<!DOCTYPE html><html><title>Welcome</title><body>secret</body></html>";
    for (const [status, code] of [
      [200, "bad_response"],
      [503, "provider_error"],
    ] as const) {
      await using provider = fakeProvider(() => new Response(page, { status, headers: { "content-type": "text/html" } }));
      const failure = await failureOf(hear(protocol.connect(provider.url), requestOf(protocol, [user("hi")])));
      expect(failure.code).toBe(code);
      expect(failure.message).not.toContain("<");
    }
  },

  async "an error object in mid-stream is an error"(protocol) {
    const frames = protocol.frames({ text: ["half"] });
    await using provider = fakeProvider(() => eventStream(frames[0] + protocol.errorFrame));
    const failure = await failureOf(hear(protocol.connect(provider.url), requestOf(protocol, [user("hi")])));
    expect(failure).toMatchObject({ code: "overloaded", retryable: true });
    expect(failure.message).toContain('It said: "The server is overloaded"');
  },

  async "silence ends the call, before the first byte and in mid-stream"(protocol) {
    await using mute = fakeProvider(() => new Promise<Response>(() => {}));
    const first = await failureOf(hear(protocol.connect(mute.url), requestOf(protocol, [user("hi")]), { firstByteMs: 40 }));
    expect(first).toMatchObject({ code: "timeout", retryable: true });
    const stream = handWritten();
    await using stuck = fakeProvider(() => eventStream(stream.body));
    await stream.write(protocol.frames({ text: ["half"] })[0]!);
    const second = await failureOf(hear(protocol.connect(stuck.url), requestOf(protocol, [user("hi")]), { silenceMs: 40 }));
    expect(second).toMatchObject({ code: "timeout", retryable: true });
    await stream.left;
  },

  async "a connection that is refused or lost may be tried again"(protocol) {
    const begun = `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n`;
    const frame = protocol.frames({ text: ["half"] })[0]!;
    using lost = droppingProvider(`${begun}${frame.length.toString(16)}\r\n${frame}\r\n`, "reset");
    using never = droppingProvider("", "reset");
    const gone = fakeProvider(() => new Response());
    await gone[Symbol.asyncDispose]();
    for (const url of [lost.url, never.url, gone.url]) {
      const failure = await failureOf(hear(protocol.connect(url), requestOf(protocol, [user("hi")])));
      expect(failure.retryable).toBe(true);
      expect(["unreachable", "bad_response"]).toContain(failure.code);
    }
    using closed = droppingProvider(`${begun}${frame.length.toString(16)}\r\n${frame}\r\n0\r\n\r\n`, "close");
    expect(await failureOf(hear(protocol.connect(closed.url), requestOf(protocol, [user("hi")])))).toMatchObject({
      code: "bad_response",
      retryable: true,
    });
  },

  async "line ends, comments, a byte order mark and cut characters do not matter"(protocol) {
    const frames = protocol.frames({ text: ["Grüße ", "👋 aus Köln"] }).slice(protocol.driver === "openai_chat" ? 1 : 0);
    const text = frames.join(": still here\n\n").replaceAll("\n", "\r\n");
    const bytes = new TextEncoder().encode(`\uFEFF${text}`);
    const oneByOne = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < bytes.length; at += 3) controller.enqueue(bytes.subarray(at, at + 3));
        controller.close();
      },
    });
    await using provider = fakeProvider(() => eventStream(oneByOne));
    expect((await hear(protocol.connect(provider.url), requestOf(protocol, [user("hi")]))).text).toBe("Grüße 👋 aus Köln");
  },

  async "a line that is no JSON is a bad response"(protocol) {
    const frames = protocol.frames({ text: ["half"] });
    await using provider = fakeProvider(() => eventStream(`${frames[0]}event: message_delta\ndata: {"choices": [nonsense\n\n`));
    expect(await failureOf(hear(protocol.connect(provider.url), requestOf(protocol, [user("hi")])))).toMatchObject({
      code: "bad_response",
      retryable: true,
    });
  },

  async "an answer without bounds is stopped"(protocol) {
    const piece = "x".repeat(64 * 1024);
    const long = fakeProvider(() => eventStream(protocol.frames({ text: Array(20).fill(piece) }).join("")));
    const manyCalls = Array.from({ length: answerLimits.toolCalls + 1 }, (_, index) => ({
      id: `c${index}`,
      name: "get_weather",
      pieces: ["{}"],
    }));
    const many = fakeProvider(() => eventStream(protocol.frames({ calls: manyCalls }).join("")));
    const wide = fakeProvider(() => eventStream(`data: ${"y".repeat(9 * 1024 * 1024)}`));
    for (const provider of [long, many, wide]) {
      const failure = await failureOf(hear(protocol.connect(provider.url), requestOf(protocol, [user("hi")])));
      expect(failure).toMatchObject({ code: "bad_response", retryable: false });
      await provider[Symbol.asyncDispose]();
    }
  },

  async "calls with repeated or missing ids get ids of their own"(protocol) {
    const calls = [
      { id: "same", name: "get_weather", pieces: ["{}"] },
      { id: "same", name: "get_weather", pieces: ["{}"] },
      { name: "get_weather", pieces: ["{}"] },
    ];
    await using provider = fakeProvider(() => eventStream(protocol.frames({ calls }).join("")));
    const before: LlmMessage[] = [
      user("hi"),
      { role: "assistant", content: [{ type: "tool_call", id: "same", name: "get_weather", arguments: {} }] },
      { role: "tool_result", content: [{ type: "tool_result", tool_call_id: "same", result: 1, error: null }] },
    ];
    const ids = partsOf(await hear(protocol.connect(provider.url), requestOf(protocol, before)), "tool_call").map(({ id }) => id);
    expect(new Set([...ids, "same"]).size).toBe(4);
  },

  async "arguments that are no object are kept as they came, and sent as something that is accepted"(protocol) {
    await using provider = fakeProvider(() =>
      eventStream(protocol.frames({ calls: [{ id: "c1", name: "get_weather", pieces: ['{"city": "Par'] }] }).join("")),
    );
    const first = await hear(protocol.connect(provider.url), requestOf(protocol, [user("hi")]));
    expect(partsOf(first, "tool_call")).toMatchObject([{ arguments: '{"city": "Par' }]);
    await hear(
      protocol.connect(provider.url),
      requestOf(protocol, [
        user("hi"),
        { role: "assistant", content: [...first.finished.content, { type: "tool_call", id: "c2", name: "no such tool!", arguments: [1] }] },
        { role: "tool_result", content: [{ type: "tool_result", tool_call_id: "c1", result: null, error: "not JSON" }] },
        { role: "tool_result", content: [{ type: "tool_result", tool_call_id: "c2", result: null, error: "no such tool" }] },
      ]),
    );
    expect(
      strings(provider.asked[1]?.text)
        .concat(provider.asked[1]?.text ?? "")
        .join(),
    ).toContain("invalid_arguments");
    expect(provider.asked[1]?.text).not.toContain("tool!");
  },

  async "half characters never leave, and never arrive"(protocol) {
    await using provider = fakeProvider(() => eventStream(protocol.frames({ text: ["a\ud83d", "\udc4bb", "\ud83d c"] }).join("")));
    const heard = await hear(
      protocol.connect(provider.url),
      requestOf(protocol, [
        user("lone \ud800 half"),
        {
          role: "assistant",
          content: [{ type: "tool_call", id: "c", name: "get_weather", arguments: { city: "\udfff", __proto__: "kept" } }],
        },
        { role: "tool_result", content: [{ type: "tool_result", tool_call_id: "c", result: ["\ud800"], error: null }] },
      ]),
    );
    expect(provider.asked[0]?.text).not.toMatch(/\\u+d[89a-f]/i);
    expect(heard.text).toBe("a👋b\ufffd c");
    expect(heard.finished.content).toEqual([{ type: "text", text: heard.text }]);
  },

  async "a system message in the middle is accepted, and read"(protocol) {
    await using provider = fakeProvider(() => eventStream(protocol.frames({ text: ["ok"] }).join("")));
    const note: LlmMessage = { role: "system", content: [{ type: "text", text: "The task has changed." }] };
    await hear(protocol.connect(provider.url), requestOf(protocol, [user("one"), note, user("two")]));
    expect(provider.asked[0]?.text).toContain("The task has changed.");
    const roles = [...(provider.asked[0]?.text.matchAll(/"role":"(\w+)"/g) ?? [])].map(([, role]) => role);
    expect(roles.slice(-3)).toEqual(["user", protocol.driver === "openai_responses" ? "developer" : "user", "user"]);
  },

  async "the same request is the same bytes"(protocol) {
    const { sent, fetch } = recordingFetch();
    const request = requestOf(protocol, [user("greet")], { temperature: 0.5, maxTokens: 100, outputLimit: 4000 });
    await hear(protocol.connect(mock.url), request, { fetch });
    await hear(protocol.connect(mock.url), structuredClone(request), { fetch });
    expect(sent[0]?.text).toBe(sent[1]?.text ?? "");
  },

  async "the key goes where the protocol wants it, and nothing is taken from the environment"(protocol) {
    const hostile = {
      OPENAI_API_KEY: "env-secret",
      OPENAI_ORG_ID: "env-secret",
      OPENAI_PROJECT_ID: "env-secret",
      OPENAI_BASE_URL: "http://127.0.0.1:1",
      OPENAI_CUSTOM_HEADERS: "authorization: env-secret",
      AZURE_OPENAI_API_KEY: "env-secret",
      AZURE_OPENAI_ENDPOINT: "http://127.0.0.1:1",
      ANTHROPIC_API_KEY: "env-secret",
      ANTHROPIC_AUTH_TOKEN: "env-secret",
      ANTHROPIC_BASE_URL: "http://127.0.0.1:1",
      ANTHROPIC_CUSTOM_HEADERS: "x-api-key: env-secret",
    };
    const before = { ...process.env };
    Object.assign(process.env, hostile);
    try {
      await using provider = fakeProvider(() => eventStream(protocol.frames({ text: ["ok"] }).join("")));
      await hear(protocol.connect(provider.url), requestOf(protocol, [user("hi")]));
      await hear({ ...protocol.connect(provider.url), apiKey: null }, requestOf(protocol, [user("hi")]));
      const [withKey, without] = provider.asked.map(({ headers }) => JSON.stringify([...headers]));
      expect(provider.asked.map(({ path }) => path)).toEqual([protocol.path, protocol.path]);
      expect(withKey).toContain(testKey);
      for (const headers of [withKey, without]) expect(headers).not.toMatch(/env-secret|on the wire|stainless/);
      expect(without).not.toMatch(/authorization|api-key/);
    } finally {
      for (const name of Object.keys(hostile)) delete process.env[name];
      Object.assign(process.env, before);
    }
  },

  async "models are listed by name"(protocol) {
    await using provider = fakeProvider(() => Response.json({ object: "list", data: [{ id: "b" }, { id: "a" }], has_more: false }));
    expect(await createDriver(protocol.connect(provider.url), { fetch: outbound }).listModels(new AbortController().signal)).toEqual([
      "a",
      "b",
    ]);
    await using locked = fakeProvider(() => Response.json({ error: { message: "no" } }, { status: 401 }));
    expect(
      await failureOf(createDriver(protocol.connect(locked.url), { fetch: outbound }).listModels(new AbortController().signal)),
    ).toMatchObject({
      code: "invalid_api_key",
    });
  },
};

for (const protocol of protocols) {
  for (const [fact, check] of Object.entries(behaviours)) test(`${protocol.name}: ${fact}`, () => check(protocol));
}

/** The rows that a model without network and key can show; its own tests say more. */
const simulated: LlmConnection = { type: "simulated", baseUrl: null, apiKey: null, settings: {} };
const simulate = (...steps: object[]): LlmRequest => ({
  model: "simulated",
  instructions: "",
  messages: [user(`\`\`\`simulate\n${JSON.stringify(steps)}\n\`\`\``)],
  tools: [weather],
});

test("simulated: text is streamed in pieces, and kept whole", async () => {
  const heard = await hear(simulated, simulate({ text: "Hello, this is a greeting." }));
  expect(heard.events.filter(({ type }) => type === "text_delta").length).toBeGreaterThan(1);
  expect(partsOf(heard, "text")).toEqual([{ type: "text", text: heard.text }]);
  expect(heard.finished.finishReason).toBe("stop");
  expect(heard.finished.usage.output_tokens).toBeGreaterThan(0);
});

test("simulated: tool calls side by side are told apart", async () => {
  const request = { ...simulate(), messages: [user("weather in Paris and Oslo")] };
  const heard = await hear(simulated, request);
  const calls = partsOf(heard, "tool_call");
  expect(new Set(calls.map(({ id }) => id)).size).toBe(2);
  for (const [index, call] of calls.entries()) {
    const deltas = heard.events.flatMap((event) => (event.type === "tool_call_delta" && event.index === index ? [event.delta] : []));
    expect(JSON.parse(deltas.join(""))).toEqual(call.arguments);
  }
  expect(heard.finished.finishReason).toBe("tool_calls");
});

test("simulated: refusals of the provider are told apart, and an abort throws its reason", async () => {
  expect(await failureOf(hear(simulated, simulate({ error: { code: "rate_limited" } })))).toMatchObject({
    code: "rate_limited",
    retryable: true,
  });
  const reason = new Error("the user had enough");
  expect(await hear(simulated, simulate({ text: "x" }), {}, AbortSignal.abort(reason)).catch((error) => error)).toBe(reason);
});

/** Every string in a JSON text, however deep. */
function strings(text: string | undefined): string[] {
  const found: string[] = [];
  JSON.parse(text ?? "{}", (_, value) => {
    if (typeof value === "string") found.push(value);
    return value;
  });
  return found;
}
