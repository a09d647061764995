/** Places that people ask for and whose zone is called after another city; accents and capitals do not matter. */
const aliases: Record<string, string> = {
  "America/New_York": "nyc|new york city|washington|washington dc|boston|philadelphia|miami|atlanta|orlando|pittsburgh|baltimore",
  "America/Chicago": "dallas|houston|austin|new orleans|minneapolis|nashville|memphis|st louis|kansas city|san antonio",
  "America/Denver": "salt lake city|albuquerque|santa fe",
  "America/Los_Angeles": "la|sf|san francisco|seattle|san diego|las vegas|portland|silicon valley|palo alto|sacramento|california|san jose",
  "America/Toronto": "ottawa|montreal|quebec",
  "America/Edmonton": "calgary",
  "America/Mexico_City": "mexico",
  "America/Sao_Paulo": "rio|rio de janeiro|brasilia",
  "America/Argentina/Buenos_Aires": "argentina",
  "Europe/London":
    "uk|england|britain|great britain|united kingdom|scotland|edinburgh|glasgow|manchester|liverpool|oxford|cambridge|wales|cardiff",
  "Europe/Dublin": "ireland",
  "Europe/Paris": "france|lyon|marseille|nice|toulouse|bordeaux",
  "Europe/Berlin": "germany|munich|munchen|hamburg|frankfurt|cologne|koln|stuttgart|dusseldorf|leipzig",
  "Europe/Madrid": "spain|barcelona|seville|valencia|bilbao",
  "Europe/Rome": "italy|milan|milano|naples|florence|venice|turin|bologna|roma",
  "Europe/Zurich": "switzerland|geneva|basel|bern",
  "Europe/Vienna": "austria|salzburg|wien",
  "Europe/Amsterdam": "netherlands|the netherlands|holland|rotterdam|the hague|utrecht",
  "Europe/Brussels": "belgium|antwerp|ghent|bruges",
  "Europe/Lisbon": "portugal|porto",
  "Europe/Stockholm": "sweden|gothenburg|malmo",
  "Europe/Oslo": "norway|bergen",
  "Europe/Copenhagen": "denmark|aarhus",
  "Europe/Helsinki": "finland",
  "Europe/Warsaw": "poland|krakow|gdansk|wroclaw",
  "Europe/Prague": "czechia|czech republic|brno",
  "Europe/Budapest": "hungary",
  "Europe/Bucharest": "romania",
  "Europe/Athens": "greece|thessaloniki",
  "Europe/Kyiv": "kiev|ukraine|lviv|odesa|odessa|kharkiv",
  "Europe/Moscow": "st petersburg|saint petersburg",
  "Europe/Istanbul": "turkey|turkiye|ankara|izmir",
  "Atlantic/Reykjavik": "iceland",
  "Africa/Cairo": "egypt|alexandria",
  "Africa/Lagos": "nigeria|abuja",
  "Africa/Nairobi": "kenya",
  "Africa/Johannesburg": "south africa|cape town|durban|pretoria",
  "Africa/Casablanca": "morocco|marrakesh|marrakech|rabat",
  "Asia/Dubai": "abu dhabi|uae|united arab emirates",
  "Asia/Riyadh": "saudi arabia|jeddah|mecca",
  "Asia/Jerusalem": "israel|tel aviv",
  "Asia/Tehran": "iran",
  "Asia/Karachi": "pakistan|lahore|islamabad",
  "Asia/Kolkata": "india|calcutta|delhi|new delhi|mumbai|bombay|bangalore|bengaluru|chennai|hyderabad|pune",
  "Asia/Kathmandu": "nepal|katmandu",
  "Asia/Yangon": "rangoon|myanmar",
  "Asia/Bangkok": "thailand|phuket|chiang mai",
  "Asia/Ho_Chi_Minh": "vietnam|hanoi|saigon|ho chi minh city",
  "Asia/Shanghai": "china|beijing|shenzhen|guangzhou|chengdu|hangzhou|wuhan",
  "Asia/Manila": "philippines",
  "Asia/Seoul": "korea|south korea|busan",
  "Asia/Tokyo": "japan|osaka|kyoto|yokohama|sapporo|nagoya|hiroshima",
  "Australia/Sydney": "canberra",
  "Pacific/Auckland": "new zealand|wellington|christchurch",
  "Pacific/Honolulu": "hawaii",
  UTC: "utc|gmt|greenwich",
};

const simplify = (name: string) =>
  name
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[_.’']/g, (sign) => (sign === "_" ? " " : ""))
    .replace(/\s+/g, " ")
    .trim();

const zonesByName = new Map<string, string>([
  ...Intl.supportedValuesOf("timeZone").flatMap((zone): [string, string][] => [
    [simplify(zone), zone],
    [simplify(zone.slice(zone.lastIndexOf("/") + 1)), zone],
  ]),
  ...Object.entries(aliases).flatMap(([zone, names]) => names.split("|").map((name): [string, string] => [name, zone])),
]);

/** The IANA zone of a city, a country with one zone, or a zone's own name. */
const findZone = (name: string): string | undefined => zonesByName.get(simplify(name));

/** A zone as people say it: `Asia/Tokyo` is Tokyo. */
const placeOf = (zone: string) => zone.slice(zone.lastIndexOf("/") + 1).replaceAll("_", " ");

export type TimePlace = { name: string; zone: string };

/**
 * The places that a question about time names: `Tokyo and New York`, `Paris, France`, `Europe/Rome`, each zone once.
 * A place nobody knows is kept under its own name, so that the tool can say what is wrong with it.
 */
export function findTimePlaces(text: string): TimePlace[] {
  const words = [...text.matchAll(/[\p{L}\p{M}_/’'.-]+|[,&;:?!()]/gu)].map(([word]) => word.replace(/^[.'’-]+|[.'’-]+$/gu, ""));
  const places = new Map<string, TimePlace>();
  let mayName = false;
  for (let index = 0; index < words.length; ) {
    const word = words[index]!;
    const found = mayName || word.includes("/") ? longestPlace(words, index) : undefined;
    if (found) {
      if (!places.has(found.place.zone)) places.set(found.place.zone, found.place);
      index += found.length;
      continue;
    }
    mayName = /^(in|at|for|of|about)$/i.test(word) || (mayName && /^(,|&|and|or|in|the|city)$/i.test(word));
    index++;
  }
  return [...places.values()];
}

function longestPlace(words: string[], start: number): { place: TimePlace; length: number } | undefined {
  for (let length = Math.min(4, words.length - start); length > 0; length--) {
    const name = words.slice(start, start + length).join(" ");
    const zone = findZone(name);
    if (zone) return { place: { name: zone === "UTC" || name.includes("/") ? placeOf(zone) : spellPlace(name), zone }, length };
  }
  const unknown = words.slice(start).findIndex((word) => !/^\p{Lu}[\p{L}\p{M}/_-]*$/u.test(word) || /^(What|And|The|Is|I)$/.test(word));
  const length = unknown < 0 ? words.length - start : unknown;
  if (length === 0) return undefined;
  const name = words.slice(start, start + Math.min(length, 3)).join(" ");
  return { place: { name, zone: name }, length: Math.min(length, 3) };
}

/** As names are written; one that has a capital somewhere stays as it is. */
export const capitalizeName = (name: string): string =>
  name === name.toLowerCase() ? name.replace(/(?<![\p{L}\p{M}’'])\p{L}/gu, (letter) => letter.toUpperCase()) : name;

/** Short names such as `nyc` are abbreviations. */
const spellPlace = (name: string): string => (/^(?:nyc|uk|uae|la|sf)$/.test(name) ? name.toUpperCase() : capitalizeName(name));
