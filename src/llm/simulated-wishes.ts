import type { ToolCallPart, ToolResultPart } from "@/domain/message";
import { type Operand, type Operation, write, writeNumber } from "./simulated-arithmetic";
import type { TimePlace } from "./simulated-places";

type Json = ToolCallPart["arguments"];
type Arguments = Record<string, Json>;
export type Outcome = Pick<ToolResultPart, "result" | "error">;
export type PlannedCall = { name: string; arguments: Arguments; outcome?: Outcome };

/** Something that a person asked for and that tools can do. */
export type Wish = {
  /** Every tool that it takes. */
  tools: readonly string[];
  /** What to say when one of them is not offered. */
  missing: string;
  /** The calls that can be made now and have not been handed out yet. Their outcomes are written into them. */
  takeCalls(): PlannedCall[];
  /** What came of it, in words. */
  say(): string;
};

export function wishForArithmetic(expression: Operation): Wish {
  const calls = new Map<Operation, PlannedCall>();
  const numberOf = (operand: Operand): number | undefined => {
    if (typeof operand === "number") return operand;
    const value = field(calls.get(operand)?.outcome?.result, "result");
    return typeof value === "number" ? value : undefined;
  };
  const takeCalls = (operand: Operand): PlannedCall[] => {
    if (typeof operand === "number" || calls.has(operand)) return [];
    const [a, b] = [numberOf(operand.a), numberOf(operand.b)];
    if (a === undefined || b === undefined) return [...takeCalls(operand.a), ...takeCalls(operand.b)];
    const call = { name: operand.name, arguments: { a, b } };
    calls.set(operand, call);
    return [call];
  };
  return {
    tools: [...new Set(toolsOf(expression))],
    missing: "To calculate I need tools that this agent does not have: switch on its capability Test Math (`test_math`).",
    takeCalls: () => takeCalls(expression),
    say() {
      const value = numberOf(expression);
      if (value !== undefined) return `${write(expression)} = ${writeNumber(value)}.`;
      const failed = [...calls.values()].find(({ outcome }) => outcome?.error);
      return asSentence(`I could not work out ${write(expression)}: ${failed?.outcome?.error ?? "the tool gave no number"}`);
    },
  };
}

const toolsOf = ({ name, a, b }: Operation): string[] => [
  name,
  ...[a, b].flatMap((operand) => (typeof operand === "number" ? [] : toolsOf(operand))),
];

/** The time in one place; in UTC without one. */
export function wishForTime(place: TimePlace | undefined, format: "iso8601" | "unix"): Wish {
  const zone = place && { timezone: place.zone };
  return singleCall({
    call: { name: "get_current_time", arguments: { ...zone, ...(format === "unix" && { format }) } },
    missing: "To tell the time I need a tool that this agent does not have: switch on its capability Current Time (`current_time`).",
    failure: `I could not find the time${place ? ` in ${place.name}` : ""}`,
    say(result) {
      const timestamp = field(result, "timestamp");
      if (timestamp !== undefined) return `The Unix time is ${String(timestamp)}.`;
      const [, date, time] = /^(\d+-\d\d-\d\d)T(\d\d:\d\d)/.exec(String(field(result, "datetime"))) ?? [];
      if (!date) return undefined;
      const when = `${time} on ${spokenDate(date)}`;
      if (!place || place.zone === "UTC") return `It is ${when}, in UTC.`;
      return `In ${place.name} it is ${when}.`;
    },
  });
}

function spokenDate(date: string): string {
  const day = new Date(`${date}T00:00:00Z`);
  const read = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" }).format(day);
  return `${read({ weekday: "long" })} ${day.getUTCDate()} ${read({ month: "long" })} ${day.getUTCFullYear()}`;
}

type WeatherQuestion = { location: string; forecastDays: number | "default" | undefined; units: "fahrenheit" | undefined };

export function wishForWeather({ location, forecastDays, units }: WeatherQuestion): Wish {
  const inUnits = units && { units };
  const days = typeof forecastDays === "number" && { days: forecastDays };
  const call: PlannedCall = forecastDays
    ? { name: "get_forecast", arguments: { location, ...days, ...inUnits } }
    : { name: "get_weather", arguments: { location, ...inUnits } };
  return singleCall({
    call,
    missing: "To look at the weather I need a tool that this agent does not have: switch on its capability Test Weather (`test_weather`).",
    failure: `I could not find the weather in ${location}`,
    say(result) {
      const degrees = field(result, "units") === "fahrenheit" ? "°F" : "°C";
      const forecast = field(result, "forecast");
      if (Array.isArray(forecast)) {
        const lines = forecast.map((day) => {
          const [number, condition, low, high] = ["day", "condition", "low", "high"].map((key) => String(field(day, key)));
          return `- Day ${number}: ${condition}, ${low} to ${high} ${degrees}`;
        });
        return [`The forecast for ${location}, invented for testing:`, ...lines].join("\n");
      }
      const temperature = field(result, "temperature");
      if (temperature === undefined) return undefined;
      return `In ${location} it is ${String(temperature)} ${degrees}, ${String(field(result, "condition"))} (invented for testing).`;
    },
  });
}

export function wishForPlan(goal: string, items: readonly string[]): Wish {
  const subject = goal === "" ? "the work" : `“${goal}”`;
  const steps =
    items.length > 0
      ? items.map((item) => ({ content: item, activeForm: `Working on: ${item}` }))
      : [
          { content: `Find out what ${subject} needs`, activeForm: `Finding out what ${subject} needs` },
          { content: "Put the steps in order", activeForm: "Putting the steps in order" },
          { content: "Do them one by one", activeForm: "Doing them one by one" },
          { content: "Check the result", activeForm: "Checking the result" },
        ];
  const todos = steps.map((step, index) => ({ ...step, status: index === 0 ? "in_progress" : "pending" }));
  return singleCall({
    call: { name: "write_todos", arguments: { todos } },
    missing:
      "To keep a plan I need a tool that this agent does not have: switch on its capability Task Management (`stateless_todo_list`).",
    failure: "I could not write the plan",
    say(result) {
      const list = field(result, "todos");
      if (!Array.isArray(list)) return undefined;
      const lines = list.map((todo, index) => {
        const status = String(field(todo, "status")).replace("_", " ");
        return `${index + 1}. ${String(field(todo, "content"))}${status === "pending" ? "" : ` (${status})`}`;
      });
      const warning = field(result, "warning");
      return [goal === "" ? "Here is the plan:" : `Here is the plan for ${subject}:`, ...lines, ...(warning ? [String(warning)] : [])].join(
        "\n",
      );
    },
  });
}

/** A call that the person spelled out. */
export const wishForCall = (name: string, given: Arguments): Wish =>
  singleCall({
    call: { name, arguments: given },
    missing: `This agent does not have the tool \`${name}\`.`,
    failure: `\`${name}\` failed`,
    say: () => undefined,
  });

/** What a tool answered, for results that nothing better is known about. */
export function describeOutcome(name: string, { result, error }: Outcome): string {
  if (error !== null) return asSentence(`\`${name}\` failed: ${error}`);
  return `\`${name}\` answered: ${typeof result === "string" ? result : JSON.stringify(result)}`;
}

const asSentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);

type SingleCall = {
  call: PlannedCall;
  missing: string;
  failure: string;
  /** Undefined where the result does not look as expected. */
  say(result: Json): string | undefined;
};

function singleCall({ call, missing, failure, say }: SingleCall): Wish {
  let isTaken = false;
  return {
    tools: [call.name],
    missing,
    takeCalls() {
      const calls = isTaken ? [] : [call];
      isTaken = true;
      return calls;
    },
    say() {
      const { result, error } = call.outcome ?? { result: null, error: "the tool gave no answer" };
      if (error !== null) return asSentence(`${failure}: ${error}`);
      return say(result) ?? describeOutcome(call.name, { result, error });
    },
  };
}

function field(value: Json | undefined, name: string): Json | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value[name] : undefined;
}
