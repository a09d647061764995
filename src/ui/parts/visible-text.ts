/** Characters that show nothing or turn what follows around: a text from elsewhere may hide words or change their order with them. */
const HIDDEN = /[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

/** A text from elsewhere with nothing hidden in it: `⟨U+200B⟩` stands where a reader would see nothing. */
export const visibleText = (text: string): string =>
  text.replace(HIDDEN, (hidden) => `⟨U+${hidden.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}⟩`);

/** JSON with nothing hidden in it, which still means the same: `\\u200b` stands where a reader would see nothing. */
export const visibleJson = (json: string): string =>
  json.replace(HIDDEN, (hidden) =>
    Array.from({ length: hidden.length }, (_, index) => `\\u${hidden.charCodeAt(index).toString(16).padStart(4, "0")}`).join(""),
  );
