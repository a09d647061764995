import {
  BookOpen,
  Bot,
  Box,
  Calculator,
  CircleOff,
  Clock,
  CloudSun,
  Folder,
  Globe,
  ListChecks,
  type LucideIcon,
  Plug,
  Puzzle,
  Search,
} from "lucide-react";
import { classes } from "@/ui/platform/class-names";

const ICONS: Record<string, LucideIcon> = {
  "book-open": BookOpen,
  bot: Bot,
  box: Box,
  calculator: Calculator,
  "circle-off": CircleOff,
  clock: Clock,
  "cloud-sun": CloudSun,
  folder: Folder,
  globe: Globe,
  "list-checks": ListChecks,
  plug: Plug,
  search: Search,
};

/** The icon that the API names; one that is not known here is a piece of a puzzle. */
export function CapabilityIcon({ name, className }: { name: string; className?: string }) {
  const Icon = ICONS[name] ?? Puzzle;
  return <Icon size={18} aria-hidden className={classes("shrink-0 text-accent", className)} />;
}
