import { useEffect } from "react";

/** The browser's title for as long as this part is shown. */
export function useTitle(title: string | null | undefined): void {
  useEffect(() => {
    document.title = title ? `${title} · Everruns` : "Everruns";
  }, [title]);
}
