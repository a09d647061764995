import { z } from "zod";
import { defineTool, type JsonValue, ToolFailure } from "@/agent-loop/tool";
import type { CapabilityDefinition } from "./capability-definition";

const getCurrentTime = defineTool({
  name: "get_current_time",
  description: "Get the current date and time, in UTC or in a time zone.",
  input: z.object({
    timezone: z.string().max(64).default("UTC").describe("IANA time zone, such as UTC, Europe/Paris or America/New_York."),
    format: z
      .enum(["iso8601", "unix", "human"])
      .default("iso8601")
      .describe("iso8601: date and time with the zone's offset. unix: whole seconds since 1970. human: a readable English sentence."),
  }),
  effect: "pure",
  run({ timezone, format }, { now }): JsonValue {
    const local = localTime(now, timezone);
    if (format === "unix") return { timestamp: Math.floor(now.getTime() / 1000), format, timezone };
    return { datetime: format === "iso8601" ? isoText(local) : humanText(local), format, timezone };
  },
});

export const currentTime: CapabilityDefinition = {
  id: "current_time",
  name: "Current Time",
  description: "Tells the current date and time in any time zone.",
  status: "available",
  icon: "clock",
  category: "Utilities",
  tools: [getCurrentTime],
};

type LocalTime = Record<"weekday" | "monthName" | "year" | "month" | "day" | "hour" | "minute" | "second" | "offset", string>;

function localTime(now: Date, timezone: string): LocalTime {
  const parts = new Map(
    formatFor(timezone)
      .formatToParts(now)
      .map(({ type, value }) => [type, value]),
  );
  const read = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? "";
  const monthName = read("month");
  return {
    weekday: read("weekday"),
    monthName,
    year: read("year").padStart(4, "0"),
    month: String(monthNames.indexOf(monthName) + 1).padStart(2, "0"),
    day: read("day").padStart(2, "0"),
    hour: read("hour"),
    minute: read("minute"),
    second: read("second"),
    // `GMT` alone is what UTC and Europe/London in winter are called.
    offset: read("timeZoneName").replace("GMT", "") || "+00:00",
  };
}

/** Making one takes longer than all the rest of a call. */
const formats = new Map<string, Intl.DateTimeFormat>();
const MOST_FORMATS = 100;

function formatFor(timezone: string): Intl.DateTimeFormat {
  const known = formats.get(timezone);
  if (known) return known;
  const made = makeFormat(timezone);
  if (formats.size >= MOST_FORMATS) formats.clear();
  formats.set(timezone, made);
  return made;
}

function makeFormat(timezone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat("en-GB", {
      timeZone: timezone,
      weekday: "long",
      year: "numeric",
      month: "long",
      day: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
      timeZoneName: "longOffset",
    });
  } catch {
    throw new ToolFailure("Unknown time zone. Use an IANA name such as UTC, Europe/Paris, America/New_York or Asia/Tokyo.");
  }
}

const monthNames = Array.from({ length: 12 }, (_, month) =>
  new Intl.DateTimeFormat("en-GB", { month: "long", timeZone: "UTC" }).format(Date.UTC(2000, month)),
);

const isoText = ({ year, month, day, hour, minute, second, offset }: LocalTime) =>
  `${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`;

const humanText = ({ weekday, day, monthName, year, hour, minute, second, offset }: LocalTime) =>
  `${weekday} ${Number(day)} ${monthName} ${year}, ${hour}:${minute}:${second} (UTC${offset})`;
