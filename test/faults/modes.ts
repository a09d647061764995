import type { Protocol } from "../support/llm-protocols";
import { answer, beginStream, drip, type Exchange, endStream, head, piece, refuse, stream, write, writeWithoutEnd } from "./exchange";

/** How the turn must end. `retries` is the number of `model.retrying` before that. */
export type Defined =
  | { end: "completed"; retries?: number; finish?: string; says?: string; tools?: ("ok" | "error")[]; modelCalls?: number }
  | { end: "failed"; code: string; retries: number; words?: RegExp };

export type Mode = {
  name: string;
  /** So many answers are faulty, then all are normal. */
  times: number;
  says: (exchange: Exchange) => Promise<unknown>;
  becomes: Defined;
  /** Milliseconds that the turn may take. */
  withinMs: number;
  /** Keeps the processor busy: not at the same time as others. */
  isHeavy?: boolean;
};

/** Waiting times of the drivers and of a turn in these tests, in milliseconds: the real ones are 60 s, 60 s and 10 min. */
export const PATIENCE = { firstByteMs: 1000, silenceMs: 1000, turnMs: 10_000 };

/** The text that no message may hold: it belongs to answers that never came to their end. */
export const PARTIAL = "unfinished words";

const ALWAYS = Number.POSITIVE_INFINITY;
const HTML = "<!DOCTYPE html><html><head><title>503 Service Unavailable</title></head><body><h1>nginx</h1></body></html>";
const MEGABYTE = 1024 * 1024;

/** Waiting between four tries takes 0.5 + 1 + 2 s, give or take a quarter. */
const RETRIES_MS = 5000;

const begun = ({ protocol }: Exchange): string[] => protocol.frames({ text: [PARTIAL] }).slice(0, -protocol.endFrames);

/** A stream that begins well. What follows is written by hand. */
async function begin(exchange: Exchange): Promise<void> {
  await beginStream(exchange);
  for (const frame of begun(exchange)) await piece(exchange, frame);
}

type Call = { id?: string; name: string; pieces: string[] };
const calling =
  (...calls: Call[]) =>
  (exchange: Exchange) =>
    stream(exchange, exchange.protocol.frames({ calls }));
const sum = (id: string | undefined, given = '{"a":20,"b":22}'): Call => ({
  ...(id === undefined ? {} : { id }),
  name: "add",
  pieces: [given],
});

const saying =
  (...text: string[]) =>
  (exchange: Exchange) =>
    stream(exchange, exchange.protocol.frames({ text }));

/** A passing fault: one faulty answer, then a normal one. */
const passing = (name: string, says: Mode["says"], more: Partial<Mode> = {}): Mode => ({
  name,
  times: 1,
  says,
  becomes: { end: "completed", retries: 1 },
  withinMs: 6000,
  ...more,
});

/** A fault of which trying again makes nothing better. */
const final = (
  name: string,
  code: string,
  says: Mode["says"],
  more: { words?: RegExp; isHeavy?: boolean; withinMs?: number } = {},
): Mode => ({
  name,
  times: ALWAYS,
  says,
  becomes: { end: "failed", code, retries: 0, ...(more.words ? { words: more.words } : {}) },
  withinMs: more.withinMs ?? 5000,
  ...(more.isHeavy ? { isHeavy: true } : {}),
});

/** A fault that is tried four times and never passes. */
const lasting = (name: string, code: string, says: Mode["says"], waitMs = 0, words?: RegExp): Mode => ({
  name: `${name}, always`,
  times: ALWAYS,
  says,
  becomes: { end: "failed", code, retries: 3, ...(words ? { words } : {}) },
  withinMs: RETRIES_MS + 4 * waitMs,
});

/** No fault that a turn has to suffer from. */
const harmless = (name: string, says: Mode["says"], rest: Omit<Extract<Defined, { end: "completed" }>, "end"> = {}, times = 1): Mode => ({
  name,
  times,
  says,
  becomes: { end: "completed", retries: 0, ...rest },
  withinMs: 5000,
});

const both = (name: string, code: string, says: Mode["says"], waitMs = 0): Mode[] => [
  passing(name, says, { withinMs: 6000 + waitMs }),
  lasting(name, code, says, waitMs),
];

const limited = (retryAfter: () => string) => (exchange: Exchange) =>
  refuse(exchange, 429, { type: "rate_limit_error", message: "Slow down" }, { "retry-after": retryAfter() });

const refusals: Mode[] = [
  passing(
    "429 with seconds",
    limited(() => "1"),
  ),
  passing(
    "429 with a date",
    limited(() => new Date(Date.now() + 2000).toUTCString()),
  ),
  final(
    "429 with a day",
    "rate_limited",
    limited(() => "86400"),
    { words: /until 20\d\d-\d\d-\d\d \d\d:\d\d UTC/ },
  ),
  lasting("429 without a word", "rate_limited", (exchange) => refuse(exchange, 429, { message: "Slow down" })),
  ...both("500", "provider_error", (exchange) => refuse(exchange, 500, { message: "Something broke" })),
  ...both("503 as HTML", "provider_error", (exchange) => answer(exchange, 503, { "content-type": "text/html" }, HTML)),
  passing("529", (exchange) => refuse(exchange, 529, { type: "overloaded_error", message: "Overloaded" })),
  final("401", "invalid_api_key", (exchange) => refuse(exchange, 401, { type: "authentication_error", message: "Bad key" })),
  final("400 context length", "context_too_long", (exchange) =>
    refuse(exchange, 400, { code: "context_length_exceeded", message: "This model's maximum context length is 8192 tokens" }),
  ),
  final("200 as HTML", "bad_response", (exchange) => answer(exchange, 200, { "content-type": "text/html" }, HTML)),
  final("200 as JSON", "bad_response", (exchange) => answer(exchange, 200, { "content-type": "application/json" }, '{"hello":"world"}')),
  final("a redirect", "bad_request", (exchange) => answer(exchange, 302, { location: "http://127.0.0.1:1/" }, "")),
  final("500 without end", "provider_error", async (exchange) => {
    await write(exchange, head(500, { "content-type": "text/plain", "transfer-encoding": "chunked", "x-should-retry": "false" }));
    await writeWithoutEnd(exchange, () => "no ".repeat(10_000));
  }),
];

const silences: Mode[] = [
  ...both("silence before the first byte", "timeout", ({ closed }) => closed, PATIENCE.firstByteMs),
  passing("silence after the head", (exchange) => beginStream(exchange), { withinMs: 6000 + PATIENCE.firstByteMs }),
  passing("silence in a refusal", (exchange) => write(exchange, head(500, { "content-length": "100" })), {
    withinMs: 6000 + PATIENCE.firstByteMs,
  }),
  ...both("silence in mid-stream", "timeout", begin, PATIENCE.silenceMs),
  {
    ...final("one byte a second", "turn_timeout", async (exchange) => {
      await beginStream(exchange);
      const text = Buffer.from(begun(exchange).join(""));
      await drip(exchange, (at) => `1\r\n${String.fromCharCode(text[at] ?? 58)}\r\n`, PATIENCE.silenceMs / 3);
    }),
    withinMs: PATIENCE.turnMs + 1000,
  },
  passing(
    "a head of one byte a second",
    async (exchange) => {
      await write(exchange, "HTTP/1.1 200 OK\r\n");
      await drip(exchange, (at) => "x-slow: very\r\n"[at % 14]!, PATIENCE.firstByteMs / 5);
    },
    { withinMs: 6000 + PATIENCE.firstByteMs },
  ),
];

const losses: Mode[] = [
  ...both("reset before the head", "unreachable", async ({ socket }) => socket.resetAndDestroy()),
  passing("reset in mid-stream", async (exchange) => {
    await begin(exchange);
    exchange.socket.resetAndDestroy();
  }),
  ...both("a clean close without an end", "bad_response", async (exchange) => {
    await begin(exchange);
    await endStream(exchange);
  }),
  passing("a close in mid-chunk", async (exchange) => {
    await begin(exchange);
    exchange.socket.end("ff\r\ndata: {");
  }),
  passing("a stream without a word", (exchange) => stream(exchange, [])),
  ...both("an error object in mid-stream", "overloaded", async (exchange) => {
    await begin(exchange);
    await piece(exchange, exchange.protocol.errorFrame);
    await endStream(exchange);
  }),
];

const odd = (change: (text: string) => (string | Uint8Array)[]) => (exchange: Exchange) =>
  stream(exchange, change(exchange.protocol.frames({ text: ["Grüße ", "👋 aus Köln"] }).join("")));
const bytesOf = (text: string, size: number): Uint8Array[] => {
  const bytes = Buffer.from(text);
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
};
const greets = { says: "Grüße 👋 aus Köln" };

const lines: Mode[] = [
  passing("a malformed line", async (exchange) => {
    await begin(exchange);
    await piece(exchange, 'event: message_delta\ndata: {"choices": [nonsense\n\n');
    await endStream(exchange);
  }),
  passing("values of the wrong type", async (exchange) => {
    await begin(exchange);
    const wrong = { type: "content_block_delta", choices: [{ delta: { content: {}, tool_calls: 7 }, finish_reason: [] }], delta: null };
    await piece(exchange, `event: content_block_delta\ndata: ${JSON.stringify(wrong)}\n\n`);
    await piece(exchange, `event: x\ndata: ${JSON.stringify({ ...wrong, type: "response.output_text.delta", delta: { no: 1 } })}\n\n`);
    await endStream(exchange);
  }),
  harmless(
    "CRLF",
    odd((text) => [text.replaceAll("\n", "\r\n")]),
    greets,
  ),
  harmless(
    "a byte order mark",
    odd((text) => [`\uFEFF${text}`]),
    greets,
  ),
  harmless(
    "comments and empty lines",
    odd((text) => [": hello\n\n", ...text.split(/(?<=\n\n)/).map((frame) => `${frame}: ping\n\n\n`)]),
    greets,
  ),
  harmless(
    "bytes split inside a character",
    odd((text) => bytesOf(text, 1)),
    greets,
  ),
];

/** Calls, and then the end of an answer that ran out of tokens. */
const cutCalling =
  (...calls: Call[]) =>
  (exchange: Exchange) => {
    const { frames, endFrames } = exchange.protocol;
    return stream(exchange, [...frames({ calls }).slice(0, -endFrames), ...frames({ finish: "length" }).slice(-endFrames)]);
  };

const tools: Mode[] = [
  harmless("cut in the middle of a call", cutCalling(sum("c1"), { id: "c2", name: "add", pieces: ['{"a":1'] }), { tools: ["ok", "error"] }),
  harmless("cut before a call's arguments", cutCalling({ id: "c1", name: "add", pieces: [] }), { tools: ["error"] }),
  harmless("half arguments", calling({ id: "c1", name: "add", pieces: ['{"a": 1', ', "b"'] }), { tools: ["error"] }),
  harmless("wrong arguments", calling(sum("c1", '{"a":"x","c":[]}')), { tools: ["error"] }),
  harmless("arguments that are a list", calling(sum("c1", "[1,2]")), { tools: ["error"] }),
  harmless("an unknown tool", calling({ id: "c1", name: "no_such_tool", pieces: ["{}"] }), { tools: ["error"] }),
  harmless(
    "tools named like JavaScript's own",
    calling(...["__proto__", "constructor", ""].map((name) => ({ id: `c${name}`, name, pieces: ["{}"] }))),
    {
      tools: ["error", "error", "error"],
    },
  ),
  harmless("repeated call ids", calling(sum("same"), sum("same"), sum("__proto__")), { tools: ["ok", "ok", "ok"] }),
  harmless("call ids that come again", calling(sum("same")), { tools: ["ok", "ok", "ok"] }, 3),
  harmless("missing call ids", calling(sum(undefined), { name: "add", pieces: ['{"a":1,"b":1}'] }), { tools: ["ok", "ok"] }),
  harmless("32 calls at once", calling(...Array.from({ length: 32 }, (_, index) => sum(`c${index}`))), { tools: Array(32).fill("ok") }),
  final("500 calls at once", "bad_response", calling(...Array.from({ length: 500 }, (_, index) => sum(`c${index}`)))),
  harmless("a tool's name of two megabytes", calling({ id: "c1", name: "x".repeat(2 * MEGABYTE), pieces: ["{}"] }), { tools: ["error"] }),
  harmless("a call id of a megabyte", calling(sum("x".repeat(MEGABYTE))), { tools: ["ok"] }),
  harmless("arguments nested without sense", calling(sum("c1", `{"a":${"[".repeat(50_000)}${"]".repeat(50_000)}}`)), { tools: ["error"] }),
  harmless("arguments with __proto__", calling(sum("c1", '{"a":20,"b":22,"__proto__":{"isAdmin":true},"constructor":{"x":1}}')), {
    tools: ["ok"],
  }),
  harmless("half characters and NUL in arguments", calling(sum("c1", '{"a":"\\ud800\\u0000","b":"\\udc00"}')), { tools: ["error"] }),
  harmless(
    "a tool loop without end",
    (exchange) => calling(sum(`c${exchange.nth}`))(exchange),
    {
      finish: "model_call_limit",
      tools: Array(10).fill("ok"),
      modelCalls: 10,
      says: "10 model calls",
    },
    ALWAYS,
  ),
];

const finishing =
  (finish: "length" | "refusal" | "content_filter", ...text: string[]) =>
  (exchange: Exchange) =>
    stream(exchange, exchange.protocol.frames({ text, finish }));

const thin: Mode[] = [
  ...both("an empty answer", "bad_response", saying()),
  ...both("an answer of empty text", "bad_response", saying("", "")),
  passing("no choices", (exchange) => stream(exchange, ['data: {"choices":[]}\n\n', "data: [DONE]\n\n"])),
  harmless("a refusal", finishing("refusal", "I will not."), { says: "I will not.", finish: "refusal" }, ALWAYS),
  final("a filter without a word", "bad_response", finishing("content_filter"), { words: /filter/ }),
  harmless("cut for its length", finishing("length", "Once upon"), { says: "Once upon", finish: "length" }, ALWAYS),
  final("cut before the first word", "bad_response", finishing("length"), { words: /limit/ }),
];

const large: Mode[] = [
  { ...harmless("nearly a megabyte", saying(...Array(15).fill("x".repeat(64 * 1024))), {}), isHeavy: true },
  final("10 MB of text", "bad_response", saying(...Array(160).fill("x".repeat(64 * 1024))), { isHeavy: true, words: /1 MiB/ }),
  final(
    "an answer without end",
    "bad_response",
    async (exchange) => {
      await beginStream(exchange);
      const frame = exchange.protocol.frames({ text: ["x".repeat(4096)] }).find((one) => one.includes("xxxx"))!;
      for (const first of exchange.protocol.frames({ text: ["x"] }).slice(0, -exchange.protocol.endFrames - 1))
        await piece(exchange, first);
      await writeWithoutEnd(exchange, () => frame.repeat(8));
    },
    { isHeavy: true },
  ),
  final(
    "comments without end",
    "bad_response",
    async (exchange) => {
      await beginStream(exchange);
      await writeWithoutEnd(exchange, () => ": ping\n\n".repeat(100_000));
    },
    { isHeavy: true, withinMs: PATIENCE.turnMs },
  ),
  final(
    "a line of 50 MB",
    "bad_response",
    async (exchange) => {
      await beginStream(exchange);
      await piece(exchange, "data: ");
      for (let sent = 0; sent < 50; sent++) if (!(await piece(exchange, "y".repeat(MEGABYTE)))) return;
      await endStream(exchange);
    },
    { isHeavy: true },
  ),
];

const strange: Mode[] = [
  harmless("half characters", saying("a\ud83d", "\udc4bb", "\ud83d c"), { says: "a👋b\ufffd c" }),
  harmless("NUL and controls", saying("a\u0000b\u001b[31m\u2028"), { says: "a\u0000b\u001b[31m\u2028" }),
  harmless(
    "__proto__ in the frames",
    odd((text) => [text.replaceAll("data: {", 'data: {"__proto__":{"polluted":true},')]),
    greets,
  ),
  harmless("figures that are none", (exchange) => stream(exchange, oddUsage(exchange.protocol)), { says: "Hi" }),
];

/** The frames with usage, whose figures are what no figure is. */
const oddUsage = ({ usageFrames }: Protocol): string[] => {
  const wrong = ['"many"', "-7", "1e999", "null", "2.5", "{}"];
  let at = 0;
  return usageFrames.map((frame) => frame.replace(/("\w*tokens":)\d+/g, (_, name: string) => `${name}${wrong[at++ % wrong.length]}`));
};

/** Every fault that a provider is known for, and what it comes to. */
export const MODES: readonly Mode[] = [...refusals, ...silences, ...losses, ...lines, ...tools, ...thin, ...large, ...strange];
