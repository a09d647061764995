import { describe, expect, test } from "bun:test";
import { describeTool, type JsonValue, ToolFailure } from "@/agent-loop/tool";
import { builtInCapabilities, createCatalog } from "@/capabilities/catalog";
import type { ProviderSettings } from "@/domain/llm-provider";
import type { ContentPart } from "@/domain/message";
import { type LlmDriver, LlmError, type LlmEvent, type LlmMessage, type LlmRequest } from "@/llm/llm";
import { simulatedDriver } from "@/llm/simulated";

const everything = ["current_time", "test_math", "test_weather", "stateless_todo_list"];
const quick: ProviderSettings = { delay_ms: 0 };
const never = new AbortController().signal;

const user = (text: string): LlmMessage => ({ role: "user", content: [{ type: "text", text }] });
const script = (...steps: object[]) => `Please.\n\`\`\`simulate\n${JSON.stringify(steps, null, 1)}\n\`\`\`\nThank you.`;

function requestOf(messages: LlmMessage[], capabilities: string[] = [], more: Partial<LlmRequest> = {}): LlmRequest {
  const { instructions, tools } = createCatalog(builtInCapabilities).equip(capabilities, "Be kind.");
  return { model: "simulated-1", instructions, messages, tools: tools.map(describeTool), ...more };
}

async function eventsOf(driver: LlmDriver, request: LlmRequest, signal = never): Promise<LlmEvent[]> {
  return Array.fromAsync(driver.stream(request, signal));
}

async function finish(driver: LlmDriver, request: LlmRequest, signal = never) {
  const last = (await eventsOf(driver, request, signal)).at(-1);
  if (last?.type !== "finished") throw new Error("the stream did not finish");
  return last;
}

const textOf = (content: readonly ContentPart[]) => content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("");
const callsOf = (content: readonly ContentPart[]) => content.filter((part) => part.type === "tool_call");

/** A whole turn, with the real tools. Returns the calls of each round, the answer and the conversation. */
async function converse(messages: LlmMessage[], capabilities: string[], driver = simulatedDriver(quick)) {
  const { tools } = createCatalog(builtInCapabilities).equip(capabilities, "");
  const conversation = [...messages];
  const rounds: string[][] = [];
  for (let round = 0; round < 10; round++) {
    const { content } = await finish(driver, requestOf(conversation, capabilities));
    conversation.push({ role: "assistant", content });
    const calls = callsOf(content);
    if (calls.length === 0) return { rounds, answer: textOf(content), conversation };
    rounds.push(calls.map(({ name, arguments: given }) => `${name} ${JSON.stringify(given)}`));
    for (const { id, name, arguments: given } of calls) {
      const outcome = await run(name, given).then(
        (result) => ({ result, error: null }),
        (error: Error) => ({ result: null, error: error.message }),
      );
      conversation.push({ role: "tool_result", content: [{ type: "tool_result", tool_call_id: id, ...outcome }] });
    }
  }
  throw new Error("the turn did not end");

  async function run(name: string, given: unknown): Promise<JsonValue> {
    const tool = tools.find((each) => each.name === name);
    if (!tool) throw new ToolFailure(`There is no tool named ${name}`);
    const now = new Date("2026-11-25T09:05:00Z");
    const context = { sessionId: "s", turnId: "t", toolCallId: "c", idempotencyKey: "k", now, signal: never };
    return (await tool.run(tool.input.parse(given), context)) as JsonValue;
  }
}

const ask = (text: string, capabilities = everything) => converse([user(text)], capabilities);

describe("plain language becomes tool calls", () => {
  test.each<[text: string, rounds: string[][], answer: string]>([
    [
      "what is 6 times 7, and what time is it in Tokyo?",
      [['multiply {"a":6,"b":7}', 'get_current_time {"timezone":"Asia/Tokyo"}']],
      "6 × 7 = 42. In Tokyo it is 18:05 on Wednesday 25 November 2026.",
    ],
    ["6x7", [['multiply {"a":6,"b":7}']], "6 × 7 = 42."],
    ["What's 0.1 + 0.2?", [['add {"a":0.1,"b":0.2}']], "0.1 + 0.2 = 0.3."],
    ["add 1,000 and 2", [['add {"a":1000,"b":2}']], "1000 + 2 = 1002."],
    ["subtract 2 from twenty-five", [['subtract {"a":25,"b":2}']], "25 − 2 = 23."],
    ["what is 6 times -7", [['multiply {"a":6,"b":-7}']], "6 × (-7) = -42."],
    ["divide 5 by 0", [['divide {"a":5,"b":0}']], "I could not work out 5 ÷ 0: Cannot divide by zero. Use a divisor b other than 0."],
    [
      "what is 1e308 * 10?",
      [['multiply {"a":1e+308,"b":10}']],
      "I could not work out 1e+308 × 10: The result is too large for a number. Use smaller numbers.",
    ],
    ["(2 + 3) * 4", [['add {"a":2,"b":3}'], ['multiply {"a":5,"b":4}']], "(2 + 3) × 4 = 20."],
    ["1/0 + 2", [['divide {"a":1,"b":0}']], "I could not work out 1 ÷ 0 + 2: Cannot divide by zero. Use a divisor b other than 0."],
    ["what is 8 minus 3 and 9 divided by 3?", [['subtract {"a":8,"b":3}', 'divide {"a":9,"b":3}']], "8 − 3 = 5. 9 ÷ 3 = 3."],
    ["what time is it?", [["get_current_time {}"]], "It is 09:05 on Wednesday 25 November 2026, in UTC."],
    [
      "In são paulo, what time is it?",
      [['get_current_time {"timezone":"America/Sao_Paulo"}']],
      "In São Paulo it is 06:05 on Wednesday 25 November 2026.",
    ],
    ["time in Europe/Rome", [['get_current_time {"timezone":"Europe/Rome"}']], "In Rome it is 10:05 on Wednesday 25 November 2026."],
    [
      "What is the time in nyc and Auckland?",
      [['get_current_time {"timezone":"America/New_York"}', 'get_current_time {"timezone":"Pacific/Auckland"}']],
      "In NYC it is 04:05 on Wednesday 25 November 2026. In Auckland it is 22:05 on Wednesday 25 November 2026.",
    ],
    [
      "what time is it in Wonderland?",
      [['get_current_time {"timezone":"Wonderland"}']],
      "I could not find the time in Wonderland: Unknown time zone. Use an IANA name such as UTC, Europe/Paris, America/New_York or Asia/Tokyo.",
    ],
    ["the unix time please", [['get_current_time {"format":"unix"}']], "The Unix time is 1795597500."],
  ])("%s", async (text, rounds, answer) => {
    const turn = await ask(text);
    expect(turn.rounds).toEqual(rounds);
    expect(turn.answer).toBe(answer);
  });

  test.each<[text: string, calls: string[]]>([
    ["weather in Paris", ['get_weather {"location":"Paris"}']],
    ["What's the weather like in paris and st. louis today?", ['get_weather {"location":"Paris"}', 'get_weather {"location":"St. Louis"}']],
    ["how warm is it in Paris, France in fahrenheit", ['get_weather {"location":"Paris, France","units":"fahrenheit"}']],
    ["5 day forecast for Oslo", ['get_forecast {"location":"Oslo","days":5}']],
    ["weather forecast in New York for the next 10 days", ['get_forecast {"location":"New York","days":7}']],
    ["will it rain tomorrow in Rome?", ['get_forecast {"location":"Rome","days":2}']],
    ["forecast for Lima", ['get_forecast {"location":"Lima"}']],
  ])("%s", async (text, calls) => {
    const turn = await ask(text);
    expect(turn.rounds).toEqual([calls]);
    expect(turn.answer).toContain("invented for testing");
    expect(turn.answer).not.toContain("undefined");
  });

  test("a plan is written and shown", async () => {
    const { rounds, answer } = await ask("plan: buy milk, bake a cake and sweep");
    expect(rounds).toHaveLength(1);
    expect(answer).toBe("Here is the plan:\n1. buy milk (in progress)\n2. bake a cake\n3. sweep");
    expect((await ask("please make me a todo list for moving house")).answer).toStartWith("Here is the plan for “moving house”:\n1. ");
  });

  test("a call can be spelled out", async () => {
    const { rounds, answer } = await ask('call add {"a": 1, "b": 2}');
    expect(rounds).toEqual([['add {"a":1,"b":2}']]);
    expect(answer).toBe('`add` answered: {"result":3,"operation":"add","a":1,"b":2}');
  });

  test("a question added in mid-turn is answered together with the first", async () => {
    const first = await finish(simulatedDriver(quick), requestOf([user("6 times 7")], everything));
    const result: ContentPart = { type: "tool_result", tool_call_id: callsOf(first.content)[0]!.id, result: { result: 42 }, error: null };
    const messages: LlmMessage[] = [
      user("6 times 7"),
      { role: "assistant", content: first.content },
      { role: "tool_result", content: [result] },
      user("and 1 plus 1"),
    ];
    expect((await converse(messages, everything)).answer).toBe("6 × 7 = 42. 1 + 1 = 2.");
  });

  test("a question that was given up is not answered with the next", async () => {
    expect((await converse([user("6 times 7"), user("1 plus 1")], everything)).answer).toBe("1 + 1 = 2.");
  });

  test.each([
    "call 10-20 people, we are open 24/7",
    "the meeting is on 2026-11-25",
    "version 1.2.3 is out",
    "the first time I saw it",
    "my plans are good",
    "```\n1 + 1\n```",
  ])("%j calls nothing", async (text) => {
    expect((await ask(text)).rounds).toEqual([]);
  });
});

describe("words", () => {
  test("name the capability to switch on where a tool is not offered", async () => {
    const { rounds, answer } = await ask("what is 6 times 7, and what time is it in Tokyo?", ["current_time"]);
    expect(rounds).toEqual([['get_current_time {"timezone":"Asia/Tokyo"}']]);
    expect(answer).toContain("18:05");
    expect(answer).toContain("switch on its capability Test Math (`test_math`)");
    for (const id of ["current_time", "test_weather", "stateless_todo_list"]) {
      const asked = { current_time: "what time is it", test_weather: "weather in Rome", stateless_todo_list: "plan a trip" }[id]!;
      expect((await ask(asked, [])).answer).toContain(`\`${id}\``);
    }
  });

  test("say who speaks, quote the question and tell how to get a real model", async () => {
    const { answer } = await ask("Hello, please explain gravity", []);
    expect(answer).toStartWith("Hello! I am the simulated model");
    expect(answer).toContain("“Hello, please explain gravity”");
    expect(answer).toContain("POST /v1/llm-providers");
  });

  test("quote a long question in part, never half a character", async () => {
    const { answer } = await ask("🙂".repeat(5000), []);
    expect(answer).toContain(`“${"🙂".repeat(80)}…”`);
    expect(answer.isWellFormed()).toBe(true);
  });

  test("count images", async () => {
    const image: ContentPart = { type: "image", base64: "aGk=", media_type: "image/png" };
    const messages: LlmMessage[] = [{ role: "user", content: [{ type: "text", text: "1 + 1" }, image, image] }];
    expect((await converse(messages, everything)).answer).toBe("I received 2 images, which I can count but not see. 1 + 1 = 2.");
  });

  test("ask for the place that a question about the weather lacks", async () => {
    expect((await ask("what is the weather?")).answer).toContain("weather in Paris");
  });

  test.each([
    "",
    "(".repeat(100_000),
    "1+".repeat(100_000),
    `${" ".repeat(100_000)}x`,
    "in ".repeat(50_000),
    `call x {${"} ".repeat(50_000)}`,
    "\ud800",
    "```simulate",
  ])("come quickly and end, whatever was said (%#)", async (text) => {
    const begun = performance.now();
    expect((await ask(text)).answer).not.toBe("");
    expect(performance.now() - begun).toBeLessThan(2000);
  });
});

describe("the stream", () => {
  test("comes in words, and its deltas are what is kept", async () => {
    const text = "  Several words,\nand  a line. ";
    const steps = script({ reasoning: "Let me think.", text, call: [{ name: "add", arguments: { a: 1, b: "x y" } }, { name: "nope" }] });
    const events = await eventsOf(simulatedDriver(quick), requestOf([user(steps)]));
    const join = (type: LlmEvent["type"]) =>
      events.flatMap((event) => (event.type === type && "delta" in event ? [event.delta] : [])).join("");
    expect(events.filter(({ type }) => type === "text_delta").length).toBeGreaterThan(4);
    expect([join("reasoning_delta"), join("text_delta"), join("tool_call_delta")]).toEqual(["Let me think.", text, '{"a":1,"b":"x y"}{}']);
    expect(events.at(-1)).toMatchObject({
      type: "finished",
      finishReason: "tool_calls",
      content: [
        { type: "reasoning", text: "Let me think." },
        { type: "text", text },
        { type: "tool_call", name: "add", arguments: { a: 1, b: "x y" } },
        { type: "tool_call", name: "nope", arguments: {} },
      ],
    });
  });

  test("is the same, byte for byte, for the same request", async () => {
    const bytes = async () =>
      JSON.stringify(await eventsOf(simulatedDriver(quick), requestOf([user("6 times 7, and weather in Rome")], everything)));
    expect(await bytes()).toBe(await bytes());
  });

  test("gives every call of a conversation an id of its own", async () => {
    const again = { call: [{ name: "add", arguments: { a: 1, b: 1 } }] };
    const twice = script({ call: [...again.call, ...again.call] }, again, { text: "done" });
    const { conversation } = await converse([user(twice)], everything);
    const ids = conversation.flatMap(({ content }) => callsOf(content).map(({ id }) => id));
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
  });

  test("counts a token for every four characters", async () => {
    const request = requestOf([user(script({ reasoning: "12345678", text: "1234 6789 1" }))]);
    const { usage } = await finish(simulatedDriver(quick), { ...request, instructions: "x".repeat(400) });
    const message = request.messages[0]!.content[0] as { text: string };
    expect(usage).toEqual({
      input_tokens: 100 + Math.ceil(message.text.length / 4),
      output_tokens: 5,
      reasoning_tokens: 2,
      cache_read_tokens: 0,
      cache_write_tokens: 0,
    });
  });

  test("waits between pieces as the settings say", async () => {
    const begun = performance.now();
    await finish(simulatedDriver({ delay_ms: 20 }), requestOf([user(script({ text: "one two three four" }))]));
    expect(performance.now() - begun).toBeGreaterThanOrEqual(55);
  });

  test("is cut off where the request's limit is reached", async () => {
    const { content, finishReason } = await finish(
      simulatedDriver(quick),
      requestOf([user(script({ repeat: "word", times: 50 }))], [], { maxTokens: 3 }),
    );
    expect([textOf(content), finishReason]).toEqual(["wordwordword", "length"]);
  });

  test("thinks aloud when it is asked to reason", async () => {
    const { content } = await finish(simulatedDriver(quick), requestOf([user("6 x 7")], everything, { reasoningEffort: "low" }));
    expect(content[0]).toEqual({ type: "reasoning", text: "I need tools for this: multiply." });
  });

  test("lets other work go on without a delay", async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await finish(simulatedDriver(quick), requestOf([user(script({ repeat: "word ", times: 50_000 }))]));
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(0);
  });
});

describe("a script", () => {
  test("is followed step by step, unknown tools and failures included", async () => {
    const steps = script(
      { text: "First.", call: [{ name: "add", arguments: { a: 1, b: 2 } }, { name: "unknown_tool" }] },
      { call: [{ name: "divide", arguments: { a: 1, b: 0 } }] },
      { text: "done" },
    );
    const { rounds, answer } = await converse([user(steps)], everything);
    expect(rounds).toEqual([['add {"a":1,"b":2}', "unknown_tool {}"], ['divide {"a":1,"b":0}']]);
    expect(answer).toBe("done");
  });

  test("that ends too early leaves the model to say what the tools answered", async () => {
    const { answer } = await converse([user(script({ call: [{ name: "add", arguments: { a: 1, b: 2 } }, { name: "nope" }] }))], everything);
    expect(answer).toBe('`add` answered: {"result":3,"operation":"add","a":1,"b":2} `nope` failed: There is no tool named nope.');
  });

  test("counts for its own message only", async () => {
    const messages = [user(script({ hang: true })), user("1 + 1")];
    expect((await converse(messages, everything)).answer).toBe("1 + 1 = 2.");
  });

  test("can say the same many times", async () => {
    const { content } = await finish(simulatedDriver(quick), requestOf([user(script({ repeat: "word ", times: 1000, delay_ms: 0 }))]));
    expect(textOf(content)).toBe("word ".repeat(1000));
  });

  test.each<[code: LlmError["code"], retryable: boolean]>([
    ["rate_limited", true],
    ["overloaded", true],
    ["provider_error", true],
    ["unreachable", true],
    ["timeout", true],
    ["bad_response", true],
    ["invalid_api_key", false],
    ["not_permitted", false],
    ["model_not_found", false],
    ["context_too_long", false],
    ["bad_request", false],
  ])("fails with %s, every time", async (code, retryable) => {
    const driver = simulatedDriver(quick);
    const request = requestOf([user(script({ error: { code, retry_after_ms: 100 } }))]);
    for (let attempt = 0; attempt < 2; attempt++) {
      const error = await finish(driver, request).catch((reason) => reason);
      expect(error).toBeInstanceOf(LlmError);
      expect(error).toMatchObject({ code, retryable, retryAfterMs: 100, message: `Simulated failure: ${code}.` });
    }
  });

  test("fails as often as it says, then goes on, and starts anew for the next turn", async () => {
    const driver = simulatedDriver(quick);
    const steps = script(
      { error: { code: "overloaded", times: 2 } },
      { error: { code: "timeout", times: 1, message: "too slow", retryable: false } },
      { call: [{ name: "add", arguments: { a: 1, b: 2 } }] },
      { error: { code: "rate_limited", times: 1 } },
      { text: "done" },
    );
    const attempt = (messages: LlmMessage[]) =>
      finish(driver, requestOf(messages)).then(
        ({ content }) => content,
        (error) => error.code,
      );
    const after = (content: ContentPart[]): LlmMessage[] => [user(steps), { role: "assistant", content }];
    for (let turn = 0; turn < 2; turn++) {
      expect(await attempt([user(steps)])).toBe("overloaded");
      expect(await attempt([user(steps)])).toBe("overloaded");
      expect(await attempt([user(steps)])).toBe("timeout");
      const calls = await attempt([user(steps)]);
      expect(calls).toMatchObject([{ type: "tool_call", name: "add" }]);
      expect(await attempt(after(calls))).toBe("rate_limited");
      expect(await attempt(after(calls))).toEqual([{ type: "text", text: "done" }]);
    }
  });

  test("can break off in mid-answer", async () => {
    const seen: LlmEvent[] = [];
    const reading = (async () => {
      for await (const event of simulatedDriver(quick).stream(
        requestOf([user(script({ text: "half an", error: { code: "unreachable" } }))]),
        never,
      ))
        seen.push(event);
    })();
    expect(await reading.catch((error) => error.code)).toBe("unreachable");
    expect(seen).toEqual([
      { type: "text_delta", delta: "half " },
      { type: "text_delta", delta: "an" },
    ]);
  });

  test.each<[text: string, reason: string]>([
    ["```simulate\nnot json\n```", "it is not JSON"],
    ["```simulate\n\n```", "it is not JSON"],
    ['```simulate\n{"text": "x"}\n```', "it is not an array of steps"],
    ['```simulate\n[{"txt": "x"}]\n```', "at 0: Unrecognized key"],
    ['```simulate\n[{"text": "x"}, {"error": {"code": "nope"}}]\n```', "at 1.error.code: "],
    ['```simulate\n[{"repeat": "x", "times": 1e9}]\n```', "at 0.times: "],
    ['```simulate\n[{"delay_ms": -1}]\n```', "at 0.delay_ms: "],
  ])("that is wrong is answered with what is wrong: %j", async (text, reason) => {
    const { content, finishReason } = await finish(simulatedDriver(quick), requestOf([user(text)]));
    expect(textOf(content)).toStartWith(`I cannot follow this script: ${reason}`);
    expect(finishReason).toBe("stop");
  });
});

describe("abort", () => {
  test.each<[name: string, text: string, settings: ProviderSettings]>([
    ["a hanging step", script({ text: "now I wait", hang: true }), quick],
    ["a slow answer", script({ text: "one two" }), { delay_ms: 10_000 }],
    ["a quick, long answer", script({ repeat: "word ", times: 100_000 }), quick],
  ])("ends %s at once with the signal's reason", async (_, text, settings) => {
    const controller = new AbortController();
    const reason = new Error("stopped by a person");
    setTimeout(() => controller.abort(reason), 20);
    const begun = performance.now();
    expect(await finish(simulatedDriver(settings), requestOf([user(text)]), controller.signal).catch((error) => error)).toBe(reason);
    expect(performance.now() - begun).toBeLessThan(1000);
  });

  test("before the start says nothing", async () => {
    const reason = new Error("too late");
    expect(await eventsOf(simulatedDriver(quick), requestOf([user("hello")]), AbortSignal.abort(reason)).catch((error) => error)).toBe(
      reason,
    );
  });
});

test("lists its one model", async () => {
  expect(await simulatedDriver({}).listModels(never)).toEqual(["simulated-1"]);
});
