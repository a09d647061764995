let close: ((text: string) => string) | undefined;
let isAsked = false;

/** Closes what a text that is still being written has opened: `**bold` would jump once its end comes. What knows how is loaded with the first such text. */
export function closeMarks(text: string): string {
  if (!isAsked) {
    isAsked = true;
    import("remend").then(
      (remend) => {
        close = remend.default;
      },
      () => undefined,
    );
  }
  return close?.(text) ?? text;
}
