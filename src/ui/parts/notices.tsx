import { CircleAlert, CircleCheck, X } from "lucide-react";
import { useEffect, useRef, useSyncExternalStore } from "react";
import { IconButton } from "./button";
import { dismiss, noticeStore } from "./notify";

/** What is told in passing. It stands in the browser's top layer, so that no window covers it. */
export function Notices() {
  const notices = useSyncExternalStore(noticeStore.subscribe, noticeStore.snapshot);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (notices.length > 0) place.current?.showPopover?.();
    else place.current?.hidePopover?.();
  }, [notices]);
  return (
    <div
      ref={place}
      popover="manual"
      aria-live="polite"
      className="fixed inset-x-0 top-3 bottom-auto m-auto w-[min(28rem,calc(100vw-2rem))] bg-transparent text-ink"
    >
      <ul className="grid gap-2">
        {notices.map(({ id, words, isFailure }) => (
          <li
            key={id}
            className="flex animate-appear items-start gap-2.5 rounded-xl border border-line bg-raised py-2 pr-2 pl-3.5 text-sm shadow-lg"
          >
            {isFailure ? (
              <CircleAlert size={17} aria-hidden className="mt-1.5 shrink-0 text-danger" />
            ) : (
              <CircleCheck size={17} aria-hidden className="mt-1.5 shrink-0 text-ok" />
            )}
            <span className="min-w-0 flex-1 py-1 [overflow-wrap:anywhere]">{words}</span>
            <IconButton label="Dismiss" onClick={() => dismiss(id)} className="size-7!">
              <X size={15} />
            </IconButton>
          </li>
        ))}
      </ul>
    </div>
  );
}
