/** So often it is looked whether the connection is still to be trusted. */
const LOOK_MS = 5000;
/** A clock that jumped so far says that the machine slept. */
const SLEPT_MS = 15_000;
/** Whoever looks away so long, on a phone, may come back to a connection that is dead and does not know it. */
const AWAY_MS = 5000;
/** A browser allows few connections to one server: a page that nobody looks at gives its own back. */
const HIDDEN_MS = 30_000;

type Watched = {
  /** The connection is opened anew: the machine slept, the network came back, or someone looks again. */
  renew(): void;
  letGo(): void;
  /** Whether it was silent for so long that it is worth a new one. */
  isSilent(now: number): boolean;
};

/** Watches what happens to the page and to the machine around it, which a connection itself may never notice. Returns how to end it. */
export function watchPage({ renew, letGo, isSilent }: Watched): () => void {
  let lastLook = Date.now();
  let hiddenSince = document.hidden ? Date.now() : null;

  function look() {
    const now = Date.now();
    const hasSlept = now - lastLook > SLEPT_MS;
    lastLook = now;
    if (hiddenSince !== null) {
      if (now - hiddenSince > HIDDEN_MS) letGo();
    } else if (hasSlept || isSilent(now)) renew();
  }
  function onVisibility() {
    const wasAway = hiddenSince !== null && Date.now() - hiddenSince > AWAY_MS;
    hiddenSince = document.hidden ? Date.now() : null;
    lastLook = Date.now();
    if (!document.hidden && wasAway) renew();
  }
  const onShown = ({ persisted }: PageTransitionEvent) => persisted && renew();

  const timer = setInterval(look, LOOK_MS);
  document.addEventListener("visibilitychange", onVisibility);
  addEventListener("online", renew);
  addEventListener("pageshow", onShown);
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", onVisibility);
    removeEventListener("online", renew);
    removeEventListener("pageshow", onShown);
  };
}
