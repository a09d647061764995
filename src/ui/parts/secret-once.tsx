import { X } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { CopyButton } from "@/ui/markdown/code-block";
import { IconButton } from "./button";

type Props = { title: string; secret: string; copyLabel: string; children?: ReactNode; onDone: () => void };

/** A secret that the server tells once: it stays until it is put away, and no press beside it loses it. */
export function SecretOnce({ title, secret, copyLabel, children, onDone }: Props) {
  const id = useId();
  const place = useRef<HTMLElement>(null);
  useEffect(() => place.current?.focus(), []);
  return (
    <section
      ref={place}
      tabIndex={-1}
      aria-labelledby={id}
      className="mb-6 animate-appear rounded-xl border border-line-strong bg-panel p-4 outline-none"
    >
      <div className="flex items-start justify-between gap-3">
        <h2 id={id} className="min-w-0 font-semibold text-sm [overflow-wrap:anywhere]">
          {title}
        </h2>
        <IconButton label="Put it away" className="-mt-1.5 -mr-1.5" onClick={onDone}>
          <X size={16} />
        </IconButton>
      </div>
      {children && <div className="mt-0.5 text-muted text-sm">{children}</div>}
      <div className="mt-3 flex items-center gap-2 rounded-lg border border-line bg-canvas py-1 pr-1 pl-3">
        <code className="code min-w-0 flex-1 select-all [overflow-wrap:anywhere]">{secret}</code>
        <CopyButton text={secret} label={copyLabel} />
      </div>
    </section>
  );
}
