import type { ReactNode } from "react";
import icon from "@/ui/icon.svg";
import { useTitle } from "@/ui/platform/use-title";

type Props = { title: string; description?: ReactNode; children: ReactNode };

/** The frame of the pages that stand before the server's own. */
export function SignInFrame({ title, description, children }: Props) {
  useTitle(title);
  return (
    <main className="h-full overflow-y-auto">
      <div className="mx-auto flex min-h-full w-full max-w-sm flex-col justify-center px-5 py-10">
        <img src={icon} alt="" className="mb-5 size-11 rounded-xl ring-1 ring-line" />
        <h1 className="font-semibold text-2xl tracking-tight">{title}</h1>
        {description && <p className="mt-1.5 text-muted">{description}</p>}
        <div className="mt-6 grid grid-cols-1 gap-4">{children}</div>
      </div>
    </main>
  );
}
