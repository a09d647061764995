/**
 * Cuts a text into blocks that mean the same apart as together: at blank lines, but not inside code, a list or what is indented.
 * While a text grows only its last block changes, so that the others need not be read again.
 */
export function markdownBlocks(text: string): string[] {
  // A definition of a link or a footnote stands anywhere and is used anywhere: such a text stays whole.
  if (/^ {0,3}\[[^\]\n]+\]:/m.test(text)) return [text];
  const blocks: string[][] = [];
  let block: string[] = [];
  let fence: string | null = null;
  let isAfterBlank = false;
  for (const line of text.split("\n")) {
    const isBlank = line.trim() === "";
    if (fence === null && isAfterBlank && !isBlank && isBeginning(line, block)) {
      blocks.push(block);
      block = [];
    }
    if (!isBlank || block.length > 0) block.push(line);
    isAfterBlank = isBlank;
    const marks = /^\s*(?:[-*+]\s+|\d{1,9}[.)]\s+|>\s?)*(`{3,}|~{3,})/.exec(line)?.[1];
    if (marks === undefined) continue;
    if (fence === null) fence = marks;
    else if (marks.startsWith(fence) && line.trim() === marks) fence = null;
  }
  if (block.some((line) => line.trim() !== "")) blocks.push(block);
  return blocks.map((lines) => lines.join("\n").trimEnd());
}

const ITEM = /^ {0,3}([-*+]|\d{1,9}[.)])\s/;

/** Whether the line cannot belong to what stands above it. */
function isBeginning(line: string, block: readonly string[]): boolean {
  if (/^\s/.test(line) || block.length === 0) return false;
  return !(ITEM.test(block[0]!) && ITEM.test(line));
}
