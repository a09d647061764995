import { useState } from "react";

export type Draft<Fields> = {
  fields: Fields;
  set: (change: Partial<Fields>) => void;
  /** What is kept on the server, as far as this form knows. */
  kept: Fields;
  isChanged: boolean;
  /** Whether it was changed elsewhere while it was being changed here. */
  isOvertaken: boolean;
  /** Takes what is on the server. */
  discard: () => void;
  /** Takes these as kept. */
  keep: (fields: Fields) => void;
};

/** What is being written into a form over what is kept. An untouched form follows what is kept; a touched one is never overwritten. */
export function useDraft<Fields extends object>(given: Fields): Draft<Fields> {
  const [kept, setKept] = useState(given);
  const [seen, setSeen] = useState(given);
  const [fields, setFields] = useState(given);
  const isChanged = !isSame(fields, kept);
  const keep = (next: Fields) => {
    setKept(next);
    setFields(next);
  };
  // Only what comes anew is taken: right after a save, what was there before it is still given for a moment.
  if (!isSame(given, seen)) {
    setSeen(given);
    if (!isChanged) keep(given);
  }
  return {
    fields,
    set: (change) => setFields((now) => ({ ...now, ...change })),
    kept,
    isChanged,
    isOvertaken: isChanged && !isSame(given, kept),
    discard: () => keep(given),
    keep,
  };
}

export const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Of a request's body only what differs from what is kept, for a PATCH. */
export const changesOf = <Body extends object>(kept: Body, next: Body): Partial<Body> =>
  Object.fromEntries(Object.entries(next).filter(([key, value]) => !isSame(value, kept[key as keyof Body]))) as Partial<Body>;
