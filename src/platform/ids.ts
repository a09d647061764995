/** UUIDv7: roughly sorted by time, which keeps indexes compact. Never order or resume by it: sequences do that. */
export const newId = (): string => Bun.randomUUIDv7();
