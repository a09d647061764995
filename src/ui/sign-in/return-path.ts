const KEY = "everruns.return-to";

/** Pages of the way in itself: nobody comes back to them. */
const WAY_IN = /^\/(sign-in|setup|reset-password)?$/;

/** Keeps where someone wanted to go while they sign in at a provider, which sends everyone back to the start. */
export function rememberPath(): void {
  if (WAY_IN.test(location.pathname)) return;
  try {
    sessionStorage.setItem(KEY, location.pathname + location.search);
  } catch {
    // A browser that keeps nothing leads to the start.
  }
}

/** Where they wanted to go, once. */
export function takePath(): string | null {
  try {
    const path = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    return path !== null && /^\/(?![/\\])/.test(path) ? path : null;
  } catch {
    return null;
  }
}
