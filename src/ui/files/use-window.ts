import { type RefObject, useLayoutEffect, useState } from "react";

/** Lines beyond the edges that are drawn as well, so that a quick push shows no gap. */
const MARGIN = 12;

/** Which of many lines of one height are in sight, so that only these are drawn. */
export function useWindow(element: RefObject<HTMLElement | null>, count: number, lineHeight: number): { from: number; to: number } {
  const [view, setView] = useState({ top: 0, height: 800 });
  useLayoutEffect(() => {
    const scrolled = element.current;
    if (!scrolled) return;
    let frame = 0;
    const measure = () => setView({ top: scrolled.scrollTop, height: scrolled.clientHeight });
    const later = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(measure);
    };
    measure();
    scrolled.addEventListener("scroll", later, { passive: true });
    const observer = new ResizeObserver(later);
    observer.observe(scrolled);
    return () => {
      cancelAnimationFrame(frame);
      scrolled.removeEventListener("scroll", later);
      observer.disconnect();
    };
  }, [element]);
  return {
    from: Math.max(0, Math.min(count, Math.floor(view.top / lineHeight)) - MARGIN),
    to: Math.min(count, Math.ceil((view.top + view.height) / lineHeight) + MARGIN),
  };
}
