import { z } from "zod";
import { defineTool, type JsonValue } from "@/agent-loop/tool";
import type { CapabilityDefinition } from "./capability-definition";

const location = z.string().trim().min(1).max(200).describe("Name of a place, such as Paris or San Francisco.");
const units = z.enum(["celsius", "fahrenheit"]).default("celsius").describe("Unit of the temperatures.");
type Units = z.infer<typeof units>;

const getWeather = defineTool({
  name: "get_weather",
  description: "Get the current weather in a place. Invented test data, always the same for the same place.",
  input: z.object({ location, units }),
  effect: "pure",
  run({ location, units }): JsonValue {
    const { high, condition, humidity, wind } = weatherOn(1, location);
    return { location, units, temperature: inUnits(high, units), condition, humidity_percent: humidity, wind_kmh: wind };
  },
});

const getForecast = defineTool({
  name: "get_forecast",
  description:
    "Get the weather forecast for a place, up to 7 days; day 1 is today. Invented test data, always the same for the same place.",
  input: z.object({ location, days: z.int().min(1).max(7).default(3).describe("How many days, from 1 to 7."), units }),
  effect: "pure",
  run({ location, days, units }): JsonValue {
    const forecast = Array.from({ length: days }, (_, index) => {
      const { high, low, condition } = weatherOn(index + 1, location);
      return { day: index + 1, condition, high: inUnits(high, units), low: inUnits(low, units) };
    });
    return { location, units, days, forecast };
  },
});

export const testWeather: CapabilityDefinition = {
  id: "test_weather",
  name: "Test Weather",
  description: "Invents weather and forecasts from a place's name. Made for trying out how an agent calls tools.",
  status: "available",
  icon: "cloud-sun",
  category: "Testing",
  tools: [getWeather, getForecast],
};

const conditions = ["sunny", "partly cloudy", "cloudy", "light rain", "rain", "thunderstorms", "fog", "windy"] as const;

/** In degrees Celsius and kilometres an hour. Day 1 is today; the days after it stay near its temperature. */
function weatherOn(day: number, location: string) {
  const today = diceFor(location, 1).between(-5, 32);
  const dice = diceFor(location, day);
  const high = day === 1 ? today : today + dice.between(-4, 4);
  return {
    high,
    low: high - dice.between(3, 10),
    condition: dice.oneOf(conditions),
    humidity: dice.between(25, 95),
    wind: dice.between(0, 45),
  };
}

/** Numbers that look random and depend on nothing but the place's name, however it is spaced and capitalised, and the day. */
function diceFor(location: string, day: number) {
  const name = location.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();
  const bytes = new Bun.CryptoHasher("sha256").update(`${name}\n${day}`).digest();
  let next = 0;
  const roll = () => bytes.readUInt16BE((next++ % 16) * 2);
  return {
    between: (least: number, most: number) => least + (roll() % (most - least + 1)),
    oneOf: <Choice>(choices: readonly Choice[]): Choice => choices[roll() % choices.length]!,
  };
}

const inUnits = (celsius: number, units: Units) => (units === "celsius" ? celsius : Math.round((celsius * 9) / 5 + 32));
