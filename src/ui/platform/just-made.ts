const made = new Set<string>();

/** Remembers what was made here a moment ago, for the page that is opened next. (In an address it would happen again to whoever follows a link.) */
export const rememberMade = (id: string): void => void made.add(id);

/** Whether it was made here a moment ago; only the first who asks is told so. */
export const takeMade = (id: string): boolean => made.delete(id);
