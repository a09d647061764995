import { useFollowWaiting, usePendingCount } from "./use-pending-count";

/** How many calls wait for a person, beside a name; nothing where none does. */
export function PendingCount() {
  const count = usePendingCount();
  useFollowWaiting();
  if (count === 0) return null;
  return (
    <span className="ml-auto min-w-5 rounded-full bg-warn-soft px-1.5 text-center font-medium text-warn text-xs tabular-nums leading-5">
      {count > 99 ? "99+" : count}
      <span className="sr-only">{count === 1 ? " waits for you" : " wait for you"}</span>
    </span>
  );
}
