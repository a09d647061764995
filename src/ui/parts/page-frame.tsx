import type { ReactNode } from "react";
import { OpenSidebar } from "@/ui/layout/sidebar-state";
import { useTitle } from "@/ui/platform/use-title";

type Props = { title: string; description?: ReactNode; actions?: ReactNode; children: ReactNode };

/** The frame of every page but the chat: a title, what can be done, and a column that scrolls. */
export function PageFrame({ title, description, actions, children }: Props) {
  useTitle(title);
  return (
    <div className="h-full overflow-y-auto">
      <div className="mx-auto max-w-5xl px-5 pt-5 pb-16 md:px-10 md:pt-10">
        <header className="mb-8 flex flex-wrap items-start justify-between gap-4">
          <div className="flex min-w-0 items-start gap-2">
            <OpenSidebar />
            <div className="min-w-0">
              <h1 className="font-semibold text-2xl tracking-tight">{title}</h1>
              {description && <p className="mt-1 max-w-2xl text-muted">{description}</p>}
            </div>
          </div>
          {actions && <div className="flex gap-2">{actions}</div>}
        </header>
        {children}
      </div>
    </div>
  );
}
