import type { ReactNode } from "react";
import { classes } from "@/ui/platform/class-names";

type Look = "plain" | "ok" | "warn" | "danger" | "accent";

const LOOKS: Record<Look, string> = {
  plain: "border-line text-muted",
  ok: "border-line text-ok",
  warn: "border-transparent bg-warn-soft text-warn",
  danger: "border-transparent bg-danger-soft text-danger",
  accent: "border-line text-accent",
};

/** A word about something, beside its name. */
export const Badge = ({ look = "plain", children }: { look?: Look; children: ReactNode }) => (
  <span
    className={classes(
      "inline-block max-w-56 shrink-0 truncate rounded-full border px-2 py-px align-middle font-normal text-xs",
      LOOKS[look],
    )}
  >
    {children}
  </span>
);
