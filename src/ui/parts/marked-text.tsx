/** A text with the places in it that were looked for. */
export function MarkedText({ text, places }: { text: string; places: readonly (readonly [number, number])[] }) {
  const ends = [0, ...places.flat(), text.length];
  return ends.slice(1).map((end, index) => {
    const part = text.slice(ends[index], end);
    return index % 2 === 1 ? (
      <mark key={end} className="rounded-sm bg-accent/25 text-inherit">
        {part}
      </mark>
    ) : (
      part
    );
  });
}
