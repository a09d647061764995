export type Part<Item> = { kind: "same" | "removed" | "added"; items: Item[] };

/** Beyond this many steps of comparison texts are shown as replaced as a whole. */
const MOST_STEPS = 4_000_000;

/** What has to be removed and added to make `next` of `before`, in order: the longest common part stays. */
export function diffOf<Item>(before: readonly Item[], next: readonly Item[]): Part<Item>[] {
  let start = 0;
  while (start < before.length && start < next.length && before[start] === next[start]) start++;
  let end = 0;
  while (end < before.length - start && end < next.length - start && before.at(-1 - end) === next.at(-1 - end)) end++;
  const parts: Part<Item>[] = [];
  push(parts, "same", before.slice(0, start));
  middle(parts, before.slice(start, before.length - end), next.slice(start, next.length - end));
  push(parts, "same", before.slice(before.length - end));
  return parts;
}

function middle<Item>(parts: Part<Item>[], before: readonly Item[], next: readonly Item[]): void {
  if (before.length * next.length > MOST_STEPS) {
    push(parts, "removed", before);
    push(parts, "added", next);
    return;
  }
  const width = next.length + 1;
  const lengths = new Uint32Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = next.length - 1; j >= 0; j--)
      lengths[i * width + j] =
        before[i] === next[j]
          ? lengths[(i + 1) * width + j + 1]! + 1
          : Math.max(lengths[(i + 1) * width + j]!, lengths[i * width + j + 1]!);
  let i = 0;
  let j = 0;
  while (i < before.length || j < next.length) {
    if (i < before.length && j < next.length && before[i] === next[j]) {
      push(parts, "same", [before[i++]!]);
      j++;
    } else if (j === next.length || (i < before.length && lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!))
      push(parts, "removed", [before[i++]!]);
    else push(parts, "added", [next[j++]!]);
  }
}

function push<Item>(parts: Part<Item>[], kind: Part<Item>["kind"], items: readonly Item[]): void {
  if (items.length === 0) return;
  const last = parts.at(-1);
  if (last?.kind === kind) last.items.push(...items);
  else parts.push({ kind, items: [...items] });
}

export type DiffLine = { kind: Part<string>["kind"]; words: { text: string; isChanged: boolean }[] } | { kind: "skipped"; count: number };

/** How many unchanged lines are shown around a change. */
const CONTEXT = 2;

/** A text against an older one, line by line; in lines that were rewritten the words that differ are marked. */
export function diffLines(before: string, next: string): DiffLine[] {
  const parts = diffOf(before === "" ? [] : before.split("\n"), next === "" ? [] : next.split("\n"));
  const lines: DiffLine[] = [];
  for (let index = 0; index < parts.length; index++) {
    const { kind, items } = parts[index]!;
    const follower = parts[index + 1];
    if (kind === "same") lines.push(...shortened(items, index === 0, index === parts.length - 1));
    else if (kind === "removed" && follower?.kind === "added" && follower.items.length === items.length) {
      const pairs = items.map((line, at) => markedPair(line, follower.items[at]!));
      lines.push(...pairs.map(([removed]) => removed), ...pairs.map(([, added]) => added));
      index++;
    } else lines.push(...items.map((text): DiffLine => ({ kind, words: [{ text, isChanged: false }] })));
  }
  return lines;
}

function markedPair(before: string, next: string): [DiffLine, DiffLine] {
  const words = diffOf(before.split(/\b/), next.split(/\b/));
  const side = (kind: "removed" | "added"): DiffLine => ({
    kind,
    words: words
      .filter((part) => part.kind === "same" || part.kind === kind)
      .map((part) => ({ text: part.items.join(""), isChanged: part.kind !== "same" })),
  });
  return [side("removed"), side("added")];
}

function shortened(items: readonly string[], isFirst: boolean, isLast: boolean): DiffLine[] {
  const plain = (text: string): DiffLine => ({ kind: "same", words: [{ text, isChanged: false }] });
  const head = isFirst ? 0 : CONTEXT;
  const tail = isLast ? 0 : CONTEXT;
  const count = items.length - head - tail;
  if (count <= 1) return items.map(plain);
  return [...items.slice(0, head).map(plain), { kind: "skipped", count }, ...items.slice(items.length - tail).map(plain)];
}
