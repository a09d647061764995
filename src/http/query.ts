/**
 * The query of a request as it was written. Elysia's own reading splits values at commas and builds what looks like JSON,
 * which a search for `a, b` is not. A name that comes twice has a list, which no field of ours takes.
 */
export function readQuery({ url }: Request): Record<string, string | string[]> {
  const start = url.indexOf("?");
  if (start === -1) return {};
  const given = new URLSearchParams(url.slice(start + 1));
  return Object.fromEntries([...new Set(given.keys())].map((name) => [name, oneOrAll(given.getAll(name))]));
}

const oneOrAll = (all: string[]): string | string[] => (all.length === 1 ? all[0]! : all);
