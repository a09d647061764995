import { describe, expect, test } from "bun:test";
import { describeTool, type JsonValue, type ToolContext, ToolFailure } from "@/agent-loop/tool";
import { builtInCapabilities, createCatalog } from "@/capabilities/catalog";
import { Capability } from "@/domain/capability";

const catalog = createCatalog(builtInCapabilities);

const contextAt = (now: string): ToolContext => ({
  sessionId: "session",
  turnId: "turn",
  toolCallId: "call",
  idempotencyKey: "turn/call",
  now: new Date(now),
  signal: new AbortController().signal,
});

const findTool = (name: string) => {
  const tool = builtInCapabilities.flatMap(({ tools }) => tools).find((each) => each.name === name);
  if (!tool) throw new Error(`no tool ${name}`);
  return tool;
};

/** Calls a tool as the agent loop does: arguments are checked first. */
async function call(name: string, input: unknown, now = "2026-11-25T09:05:07.890Z"): Promise<JsonValue> {
  const tool = findTool(name);
  return (await tool.run(tool.input.parse(input), contextAt(now))) as JsonValue;
}

const accepts = (name: string, input: unknown) => findTool(name).input.safeParse(input).success;

describe("the catalog", () => {
  test("lists what the contract names, in its order", () => {
    expect(builtInCapabilities.map(({ id, name, icon, category, status }) => [id, name, icon, category, status].join(" · "))).toEqual([
      "noop · No-Op · circle-off · Testing · available",
      "current_time · Current Time · clock · Utilities · available",
      "research · Deep Research · search · AI · coming_soon",
      "sandbox · Sandboxed Execution · box · Execution · coming_soon",
      "file_system · File System Access · folder · File Operations · available",
      "test_math · Test Math · calculator · Testing · available",
      "test_weather · Test Weather · cloud-sun · Testing · available",
      "stateless_todo_list · Task Management · list-checks · Productivity · available",
      "web_fetch · Web Fetch · globe · Network · coming_soon",
    ]);
  });

  test("shows each capability in the API's shape, without its prompt", () => {
    for (const definition of builtInCapabilities) {
      const shown = catalog.get(definition.id);
      expect(Capability.parse(shown)).toEqual(shown);
      expect(shown).not.toHaveProperty("prompt");
      expect(shown.tools.map(({ effect, policy }) => `${effect} ${policy}`).every((each) => each === "pure auto")).toBe(true);
    }
  });

  test("describes a tool's arguments with a JSON Schema in which defaults are optional", () => {
    const [time] = catalog.get("current_time").tools;
    expect(time?.parameters).toMatchObject({ type: "object", properties: { timezone: { type: "string", default: "UTC" } } });
    expect(time?.parameters).not.toHaveProperty("required");
    expect(time?.parameters).not.toHaveProperty("$schema");
    expect(catalog.get("test_math").tools[0]?.parameters).toMatchObject({ required: ["a", "b"] });
  });

  test("finds nothing under an unknown id", () => {
    expect(() => catalog.get("nope")).toThrow("Capability not found");
    expect(() => catalog.get("__proto__")).toThrow("Capability not found");
  });
});

describe("equip", () => {
  const todoPrompt = builtInCapabilities.find(({ id }) => id === "stateless_todo_list")!.prompt!;
  const names = (ids: string[]) => catalog.equip(ids, "").tools.map(({ name }) => name);

  test("puts the capabilities' prompts before the agent's own", () => {
    expect(catalog.equip(["stateless_todo_list", "noop"], "Be kind.").instructions).toBe(`${todoPrompt}\n\nBe kind.`);
    expect(catalog.equip(["stateless_todo_list"], "  ").instructions).toBe(todoPrompt);
    expect(catalog.equip([], "Be kind.")).toEqual({ instructions: "Be kind.", tools: [] });
  });

  test("offers tools in the order of the capabilities, each once", () => {
    expect(names(["test_math", "current_time"])).toEqual(["add", "subtract", "multiply", "divide", "get_current_time"]);
    expect(names(["current_time", "test_math", "current_time"])).toEqual(["get_current_time", "add", "subtract", "multiply", "divide"]);
  });

  test("leaves out what is unknown or not available yet", () => {
    expect(names(["gone_since_0_2", "web_fetch", "sandbox", "current_time"])).toEqual(["get_current_time"]);
  });

  test("is byte for byte the same on every call", () => {
    const bytes = () => {
      const { instructions, tools } = catalog.equip(["test_weather", "stateless_todo_list", "test_math", "current_time"], "Be kind.");
      return JSON.stringify([instructions, tools.map(describeTool)]);
    };
    expect(bytes()).toBe(bytes());
  });
});

describe("get_current_time", () => {
  test.each<[now: string, input: object, result: JsonValue]>([
    ["2026-11-25T09:05:07.890Z", {}, { datetime: "2026-11-25T09:05:07+00:00", format: "iso8601", timezone: "UTC" }],
    [
      "2026-11-25T09:05:07.890Z",
      { timezone: "Asia/Tokyo" },
      { datetime: "2026-11-25T18:05:07+09:00", format: "iso8601", timezone: "Asia/Tokyo" },
    ],
    [
      "2026-11-25T09:05:07Z",
      { timezone: "Asia/Kathmandu" },
      { datetime: "2026-11-25T14:50:07+05:45", format: "iso8601", timezone: "Asia/Kathmandu" },
    ],
    ["2026-11-25T09:05:07.890Z", { format: "unix" }, { timestamp: 1795597507, format: "unix", timezone: "UTC" }],
    [
      "2026-11-25T09:05:07.890Z",
      { format: "unix", timezone: "Asia/Tokyo" },
      { timestamp: 1795597507, format: "unix", timezone: "Asia/Tokyo" },
    ],
    [
      "2026-11-25T09:05:07Z",
      { format: "human", timezone: "America/St_Johns" },
      { datetime: "Wednesday 25 November 2026, 05:35:07 (UTC-03:30)", format: "human", timezone: "America/St_Johns" },
    ],
    [
      "2026-01-01T00:30:00Z",
      { format: "human" },
      { datetime: "Thursday 1 January 2026, 00:30:00 (UTC+00:00)", format: "human", timezone: "UTC" },
    ],
  ])("at %s with %j", async (now, input, result) => {
    expect(await call("get_current_time", input, now)).toEqual(result);
  });

  test.each([
    ["the second before Paris goes to summer time", "2026-03-29T00:59:59Z", "Europe/Paris", "2026-03-29T01:59:59+01:00"],
    ["the second at which Paris goes to summer time", "2026-03-29T01:00:00Z", "Europe/Paris", "2026-03-29T03:00:00+02:00"],
    ["the first 2:30 of the night when Paris leaves it", "2026-10-25T00:30:00Z", "Europe/Paris", "2026-10-25T02:30:00+02:00"],
    ["the second 2:30 of that night", "2026-10-25T01:30:00Z", "Europe/Paris", "2026-10-25T02:30:00+01:00"],
    ["London in winter, which is GMT", "2026-12-01T12:00:00Z", "Europe/London", "2026-12-01T12:00:00+00:00"],
    ["New York in summer", "2026-07-04T03:00:00Z", "America/New_York", "2026-07-03T23:00:00-04:00"],
    ["half an hour of summer time on Lord Howe", "2026-01-01T00:00:00Z", "Australia/Lord_Howe", "2026-01-01T11:00:00+11:00"],
    ["midnight, which is 00 and not 24", "2026-06-01T15:00:00Z", "Asia/Tokyo", "2026-06-02T00:00:00+09:00"],
  ])("knows %s", async (_, now, timezone, datetime) => {
    const result = await call("get_current_time", { timezone }, now);
    expect(result).toEqual({ datetime, format: "iso8601", timezone });
    expect(new Date(datetime).toISOString()).toBe(new Date(now).toISOString());
  });

  test.each(["Mars/Olympus", "", "Tokyo", "GMT+2", " Europe/Paris", "../etc/passwd", "Europe/Paris\0"])(
    "refuses the zone %j in words that help",
    async (timezone) => {
      const failure = await call("get_current_time", { timezone }).catch((error) => error);
      expect(failure).toBeInstanceOf(ToolFailure);
      expect(failure.message).toContain("IANA name such as UTC, Europe/Paris");
    },
  );

  test("does not take arguments of another kind", () => {
    expect(accepts("get_current_time", { format: "rfc2822" })).toBe(false);
    expect(accepts("get_current_time", { timezone: 2 })).toBe(false);
    expect(accepts("get_current_time", { timezone: "x".repeat(65) })).toBe(false);
  });
});

describe("math", () => {
  test.each<[name: string, a: number, b: number, result: number]>([
    ["add", 1, 2, 3],
    ["add", 0.1, 0.2, 0.1 + 0.2],
    ["subtract", 1, 2, -1],
    ["multiply", 6, 7, 42],
    ["multiply", -1, 0, 0],
    ["divide", 1, 4, 0.25],
    ["divide", 0, -5, 0],
  ])("%s %p and %p", async (operation, a, b, result) => {
    expect(await call(operation, { a, b })).toEqual({ result, operation, a, b });
  });

  test.each<[name: string, a: number, b: number, message: string]>([
    ["divide", 1, 0, "Cannot divide by zero. Use a divisor b other than 0."],
    ["divide", 0, -0, "Cannot divide by zero. Use a divisor b other than 0."],
    ["multiply", 1e308, 10, "The result is too large for a number. Use smaller numbers."],
    ["add", Number.MAX_VALUE, Number.MAX_VALUE, "The result is too large for a number. Use smaller numbers."],
    ["subtract", -Number.MAX_VALUE, Number.MAX_VALUE, "The result is too large for a number. Use smaller numbers."],
    ["divide", 1, 5e-324, "The result is too large for a number. Use smaller numbers."],
  ])("%s %p and %p fails in words", async (name, a, b, message) => {
    expect(await call(name, { a, b }).catch((error) => error)).toEqual(new ToolFailure(message));
  });

  test.each<[unknown]>([
    [{ a: Number.NaN, b: 1 }],
    [{ a: Number.POSITIVE_INFINITY, b: 1 }],
    [{ a: "Infinity", b: 1 }],
    [{ a: "6", b: 7 }],
    [{ a: 1 }],
    [null],
    ["1, 2"],
    [[]],
  ])("does not take %p", (input) => {
    for (const name of ["add", "subtract", "multiply", "divide"]) expect(accepts(name, input)).toBe(false);
  });
});

describe("weather", () => {
  const numberOf = (value: JsonValue, key: string) => Number((value as Record<string, JsonValue>)[key]);

  test("is the same for the same place, however it is written", async () => {
    const { location: _, ...paris } = (await call("get_weather", { location: "Paris" })) as Record<string, JsonValue>;
    expect(await call("get_weather", { location: "  pARIS " }, "2031-01-01T00:00:00Z")).toMatchObject(paris);
    expect(await call("get_weather", { location: "London" })).not.toMatchObject(paris);
  });

  test("has never changed", async () => {
    const text = '{"location":"Paris","units":"celsius","temperature":-1,"condition":"sunny","humidity_percent":81,"wind_kmh":38}';
    for (let time = 0; time < 2; time++) expect(JSON.stringify(await call("get_weather", { location: "Paris" }))).toBe(text);
  });

  test("comes in Celsius unless Fahrenheit is asked for", async () => {
    const celsius = await call("get_weather", { location: "Oslo" });
    const fahrenheit = await call("get_weather", { location: "Oslo", units: "fahrenheit" });
    expect(celsius).toMatchObject({ units: "celsius" });
    expect(numberOf(fahrenheit, "temperature")).toBe(Math.round((numberOf(celsius, "temperature") * 9) / 5 + 32));
  });

  test("of today begins the forecast, and a longer forecast begins with the shorter one", async () => {
    const now = (await call("get_weather", { location: "Oslo" })) as Record<string, JsonValue>;
    const three = (await call("get_forecast", { location: "Oslo" })) as { days: number; forecast: Record<string, JsonValue>[] };
    const seven = (await call("get_forecast", { location: "Oslo", days: 7 })) as typeof three;
    expect(three.days).toBe(3);
    expect(three.forecast[0]).toMatchObject({ day: 1, high: now.temperature!, condition: now.condition! });
    expect(seven.forecast.map(({ day }) => day)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(seven.forecast.slice(0, 3)).toEqual(three.forecast);
    for (const day of seven.forecast) expect(Number(day.low)).toBeLessThan(Number(day.high));
  });

  test.each(["東京", "São Paulo", "🏝️", "'; drop table weather", "\ud800"])("can be told of any name: %j", async (location) => {
    expect(Number.isInteger(numberOf(await call("get_weather", { location }), "temperature"))).toBe(true);
  });

  test.each<[string, unknown]>([
    ["get_weather", { location: "" }],
    ["get_weather", { location: " \n " }],
    ["get_weather", { location: "x".repeat(1_000_000) }],
    ["get_weather", {}],
    ["get_weather", { location: "Oslo", units: "kelvin" }],
    ["get_forecast", { location: "Oslo", days: 0 }],
    ["get_forecast", { location: "Oslo", days: 8 }],
    ["get_forecast", { location: "Oslo", days: 1.5 }],
    ["get_forecast", { location: "Oslo", days: "3" }],
  ])("%s does not take bad arguments", (name, input) => {
    expect(accepts(name, input)).toBe(false);
  });
});

describe("write_todos", () => {
  const todo = (status: string) => ({ content: `Do it ${status}`, activeForm: `Doing it ${status}`, status });

  test.each<[statuses: string[], counts: string, warns: boolean]>([
    [[], "0 0 0 0", false],
    [["completed"], "1 0 0 1", false],
    [["pending"], "1 1 0 0", true],
    [["in_progress"], "1 0 1 0", false],
    [["in_progress", "in_progress"], "2 0 2 0", false],
    [["in_progress", "pending", "completed"], "3 1 1 1", false],
    [["completed", "pending", "pending"], "3 2 0 1", true],
    [["in_progress", "in_progress", "pending"], "3 1 2 0", true],
  ])("%j", async (statuses, counts, warns) => {
    const todos = statuses.map(todo);
    const { warning, ...result } = (await call("write_todos", { todos })) as Record<string, JsonValue>;
    const [total_tasks, pending, in_progress, completed] = counts.split(" ").map(Number) as [number, number, number, number];
    expect(result).toEqual({ total_tasks, pending, in_progress, completed, todos });
    expect(warning !== undefined).toBe(warns);
  });

  test("does not take a list of something else", () => {
    expect(accepts("write_todos", {})).toBe(false);
    expect(accepts("write_todos", { todos: "buy milk" })).toBe(false);
    expect(accepts("write_todos", { todos: [{ content: "Buy milk", activeForm: "Buying milk", status: "done" }] })).toBe(false);
    expect(accepts("write_todos", { todos: [{ content: " ", activeForm: "Buying milk", status: "pending" }] })).toBe(false);
    expect(accepts("write_todos", { todos: Array(201).fill(todo("pending")) })).toBe(false);
  });
});
