const nameOf = (draftKey: string): string => `everruns.draft.${draftKey}`;

/** What was written and not sent yet. */
export function readDraft(draftKey: string): string {
  try {
    return sessionStorage.getItem(nameOf(draftKey)) ?? "";
  } catch {
    return "";
  }
}

export function keepDraft(draftKey: string, text: string): void {
  try {
    if (text === "") sessionStorage.removeItem(nameOf(draftKey));
    else sessionStorage.setItem(nameOf(draftKey), text);
  } catch {
    // A browser that keeps nothing loses the draft when it is closed.
  }
}
