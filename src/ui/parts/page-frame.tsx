import { Link } from "@tanstack/react-router";
import { ChevronLeft } from "lucide-react";
import type { ReactNode } from "react";
import { OpenSidebar } from "@/ui/layout/sidebar-state";
import { useTitle } from "@/ui/platform/use-title";

type Props = {
  title: string;
  description?: ReactNode;
  /** The page that this one belongs to. */
  back?: { to: string; label: string };
  actions?: ReactNode;
  children: ReactNode;
};

/** The frame of every page but the chat: a title, what can be done, and a column that scrolls. */
export function PageFrame({ title, description, back, actions, children }: Props) {
  useTitle(title);
  return (
    <div className="h-full overflow-y-auto">
      <div className="mx-auto max-w-5xl px-5 pt-5 pb-16 md:px-10 md:pt-10">
        <header className="mb-8 flex flex-wrap items-start justify-between gap-4">
          <div className="flex min-w-0 items-start gap-2">
            <OpenSidebar />
            <div className="min-w-0">
              {back && (
                <Link to={back.to} className="mb-1 -ml-1 inline-flex items-center gap-0.5 rounded text-muted text-sm hover:text-ink">
                  <ChevronLeft size={15} aria-hidden />
                  {back.label}
                </Link>
              )}
              <h1 className="font-semibold text-2xl tracking-tight [overflow-wrap:anywhere]">{title}</h1>
              {description && <p className="mt-1 max-w-2xl text-muted">{description}</p>}
            </div>
          </div>
          {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
        </header>
        {children}
      </div>
    </div>
  );
}
