import { CircleAlert, CircleCheck, Info } from "lucide-react";
import type { ReactNode } from "react";
import { classes } from "@/ui/platform/class-names";

const LOOKS = {
  ok: { icon: CircleCheck, look: "border border-line bg-panel", iconLook: "text-ok" },
  failure: { icon: CircleAlert, look: "bg-danger-soft text-danger", iconLook: "" },
  note: { icon: Info, look: "bg-warn-soft text-warn", iconLook: "" },
};

/** How something went, at the place where it was asked for; read aloud when it appears. */
export function Outcome({ kind, children }: { kind: keyof typeof LOOKS; children: ReactNode }) {
  const { icon: Icon, look, iconLook } = LOOKS[kind];
  return (
    <div role={kind === "failure" ? "alert" : "status"} className={classes("flex items-start gap-2.5 rounded-xl px-4 py-3 text-sm", look)}>
      <Icon size={17} aria-hidden className={classes("mt-0.5 shrink-0", iconLook)} />
      <div className="min-w-0 flex-1 [overflow-wrap:anywhere]">{children}</div>
    </div>
  );
}
