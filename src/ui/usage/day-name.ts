const short = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" });

/** A day as the API names it, such as 2026-01-31, for people. */
export const dayName = (day: string): string => short.format(new Date(day));
