import { depthOf, findExpressions, readNumber } from "./simulated-arithmetic";
import { capitalizeName, findTimePlaces } from "./simulated-places";
import { type Wish, wishForArithmetic, wishForCall, wishForPlan, wishForTime, wishForWeather } from "./simulated-wishes";

/** More than a person asks for at once. */
const maxWishes = 16;
const maxTextLength = 2000;
/** Each takes a model call of its own, of which a turn has few. */
const maxDepth = 6;

/** What a person asks for that tools could do, in plain English. `hints` say what stands in the way of an answer. */
export type Understood = { wishes: Wish[]; hints: string[] };

export function understand(message: string): Understood {
  const direct = findDirectCall(message);
  if (direct) return { wishes: [direct], hints: [] };

  const text = message
    .replace(/```[\s\S]*?(?:```|$)|https?:\/\/\S+/g, " ")
    .slice(0, maxTextLength)
    .toWellFormed()
    .trim();
  const asked = findQuestions(text).map(({ topic, before, words }) => readers[topic](words, before));
  const expressions = findExpressions(text);
  const sums = expressions.filter((expression) => depthOf(expression) <= maxDepth);
  const tooLong =
    sums.length < expressions.length ? [`I calculate at most ${maxDepth} steps that follow on each other: ask for less at once.`] : [];
  return {
    wishes: [...sums.map(wishForArithmetic), ...asked.flatMap((each) => each.wishes)].slice(0, maxWishes),
    hints: [...tooLong, ...asked.flatMap((each) => each.hints)],
  };
}

/** `call write_file {"path": "a.txt"}` calls any tool. */
function findDirectCall(message: string): Wish | undefined {
  const pattern = /^(?:please\s+)?(?:call|use|run)\s+(?:the\s+tool\s+)?`?([\w-]{1,64})`?(?:\s+with)?\s*(\{[\s\S]*\})[.!]?$/i;
  const [, name, json] = pattern.exec(message.trim()) ?? [];
  if (!name || !json) return undefined;
  try {
    return wishForCall(name, JSON.parse(json));
  } catch {
    return undefined;
  }
}

type Topic = "time" | "weather" | "plan";
type Question = { topic: Topic; words: string; before: string };

const anyOf = (start: RegExp, phrases: RegExp[], flags: string) =>
  new RegExp(`${start.source}(?:${phrases.map(({ source }) => source).join("|")})`, flags);

const topics: Record<Topic, RegExp> = {
  time: anyOf(
    /\b/,
    [
      /what(?:['’]?s| is)?(?: the)?(?: current| local| exact)? time\b/,
      /what (?:day|date)\b/,
      /what(?:['’]?s| is) (?:the date|today['’]?s date|the day)\b/,
      /(?:current|local) (?:time|date)\b/,
      /today['’]s date\b/,
      /time is it\b/,
      /(?:the )?time (?:now )?in\b/,
      /(?<=^(?:the )?)time(?=\?*$)/,
      /(?:tell|give|show) me the (?:time|date)\b/,
      /(?:unix time(?:stamp)?|current timestamp)\b/,
    ],
    "gi",
  ),
  weather: anyOf(
    /\b/,
    [
      /(?:\w+[- ]days? )?(?:weather )?forecast\b/,
      /(?:weather|temperature)\b/,
      /how (?:hot|cold|warm) is it\b/,
      /is it (?:raining|snowing|sunny|hot|cold|warm)\b/,
      /will it (?:rain|snow|be sunny)\b/,
    ],
    "gi",
  ),
  plan: anyOf(
    /(?<=^|[.!?\n]\s*|^(?:please|can you|could you|would you|help me|let['’]s|i want you to)\s+)/,
    [/(?:make|write|create|draw up)(?: me)? (?:a|the) (?:plan|to-?do list|task list|list of tasks)\b/, /(?:plan|break down|to-?dos?)\b/],
    "gi",
  ),
};

/** Each question goes on until the next one begins. */
function findQuestions(text: string): Question[] {
  const starts = (Object.keys(topics) as Topic[])
    .flatMap((topic) => [...text.matchAll(topics[topic])].map(({ index }) => ({ topic, index })))
    .sort((one, other) => one.index - other.index)
    .filter(({ topic, index }, position, all) => {
      const previous = all[position - 1];
      // "weather forecast" and "what is the date and time" are one question.
      return previous?.topic !== topic || /\b(?:in|for|at)\b|[?]/i.test(text.slice(previous.index, index));
    });
  return starts.map(({ topic, index }, position) => ({
    topic,
    words: text.slice(index, starts[position + 1]?.index),
    before: position === 0 ? text.slice(0, index) : "",
  }));
}

const readers: Record<Topic, (words: string, before: string) => Understood> = {
  time(words, before) {
    const places = [words, before].map(findTimePlaces).find((found) => found.length > 0) ?? [];
    const format = /\b(?:unix|epoch|timestamp)\b/i.test(words) ? "unix" : "iso8601";
    const wishes = places.length > 0 ? places.map((place) => wishForTime(place, format)) : [wishForTime(undefined, format)];
    return { wishes, hints: [] };
  },

  weather(words, before) {
    const locations = [words, before].map(findLocations).find((found) => found.length > 0) ?? [];
    if (locations.length === 0) return { wishes: [], hints: ["For the weather I need a place: try “weather in Paris”."] };
    const forecastDays = findForecastDays(words);
    const units = /\bfahrenheit\b|°\s?F\b/i.test(words) ? ("fahrenheit" as const) : undefined;
    return { wishes: locations.map((location) => wishForWeather({ location, forecastDays, units })), hints: [] };
  },

  plan(words) {
    const [, head = "", listed = ""] = /^([^:\n]*)(?:[:\n]([\s\S]*))?$/.exec(words) ?? [];
    const separator = listed.includes("\n") ? /\n/ : /[,;]\s*|\s+and\s+/;
    const items = listed.split(separator).map((item) => shorten(item.replace(/^\s*(?:[-*•]|\d+[.)]|and\s)\s*/, "")));
    const goal = head.replace(/^.*?\b(?:(?:to-?do|task) list|list of tasks|plan|break down|to-?dos?)\b\s*(?:(?:for|to|of|out)\b)?/i, "");
    return { wishes: [wishForPlan(shorten(goal.replace(/[\s,]+and\s*$/, "")), items.filter(Boolean).slice(0, 50))], hints: [] };
  },
};

/** The first days of a forecast, at most the 7 that the tool can tell; undefined for the weather of now. */
function findForecastDays(words: string): number | "default" | undefined {
  const [, count] = /\b(\d{1,4}|[a-z]+)[- ]days?\b/i.exec(words) ?? [];
  const days = count ? readNumber(count) : Number.NaN;
  if (days >= 1) return Math.min(days, 7);
  if (/\bweek\b/i.test(words)) return 7;
  if (/\btomorrow\b/i.test(words)) return 2;
  return /\bforecast|\bwill it\b|\bdays\b/i.test(words) ? "default" : undefined;
}

const noPlace = anyOf(
  /^/,
  [
    /the (?:next|coming|week|morning|afternoon|evening|moment)/,
    /(?:next|this|that|today|tomorrow|tonight|now|me|us|general|case)\b/,
    /\d|\w+ days?\b|a /,
    /celsius|fahrenheit|degrees/,
  ],
  "i",
);
const afterPlace = anyOf(
  /(?:)/,
  [
    /[?!;\n]|(?<!\bst)\.(?:\s|$)/,
    /,?\s+(?:and\s+)?(?:what|how|when|is|will|tell|show|give|like|the)\b/,
    /,?\s+(?:and\s+)?(?:today|tomorrow|tonight|right now|now|please|this|next|for|over|during|on|in)\b/,
    /\s+and\s*$/,
  ],
  "i",
);

function findLocations(words: string): string[] {
  for (const { index } of words.matchAll(/\b(?:in|for|at|near)\s+(?=\S)/gi)) {
    const rest = words.slice(index).replace(/^\w+\s+/, "");
    const name = rest.slice(0, afterPlace.exec(rest)?.index).trim();
    if (noPlace.test(name) || !/\p{L}/u.test(name)) continue;
    // "Paris, France" is one place, "Paris, London and Rome" are three.
    const names = /\s(?:and|&)\s/i.test(name) ? name.split(/\s*,\s*(?:and\s+)?|\s+(?:and|&)\s+/i) : [name];
    const clean = names.map((each) => capitalizeName(shorten(each))).filter((each) => each !== "");
    if (clean.length > 0) return [...new Set(clean)];
  }
  return [];
}

function shorten(text: string): string {
  const clean = text.replace(/\s+/g, " ").replace(/^["“'\s]+|["”'\s.,!?]+$/g, "");
  return [...clean].slice(0, 120).join("");
}
