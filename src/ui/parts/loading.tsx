/** Shown only where waiting takes long enough to be seen. */
export function Loading() {
  return (
    <div role="status" className="grid h-full min-h-40 animate-[appear_200ms_300ms_both] place-items-center">
      <span className="size-2 animate-pulse-soft rounded-full bg-faint" />
      <span className="sr-only">Loading</span>
    </div>
  );
}
