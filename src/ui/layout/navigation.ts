import {
  BookOpen,
  Bot,
  ChartNoAxesColumn,
  Cpu,
  Globe,
  Hand,
  KeyRound,
  type LucideIcon,
  MessagesSquare,
  Plug,
  Puzzle,
  ScrollText,
  Settings,
  Users,
} from "lucide-react";
import type { ComponentType } from "react";
import { PendingCount } from "@/ui/approvals/pending-count";

export type Place = {
  label: string;
  icon: LucideIcon;
  /** A path of the router, or an address of the server. */
  to: string;
  isOutside?: boolean;
  /** What is set up once and seldom looked at again: the side bar folds it away. */
  isSetup?: boolean;
  /** What lies below its path is not part of it. */
  isExact?: boolean;
  /** Stands beside its name. */
  Note?: ComponentType;
  /** Others have nothing to see there. */
  isForAdmins?: boolean;
};

/** What the side bar and the palette lead to, beside the chats. A new page adds its line here. */
export const PLACES: readonly Place[] = [
  { label: "All chats", icon: MessagesSquare, to: "/sessions", isExact: true },
  { label: "Approvals", icon: Hand, to: "/approvals", Note: PendingCount },
  { label: "Agents", icon: Bot, to: "/agents" },
  { label: "Usage", icon: ChartNoAxesColumn, to: "/usage" },
  { label: "Capabilities", icon: Puzzle, to: "/capabilities", isSetup: true },
  { label: "MCP servers", icon: Plug, to: "/mcp-servers", isSetup: true },
  { label: "Providers and models", icon: Cpu, to: "/providers", isSetup: true },
  { label: "Web search", icon: Globe, to: "/web-search", isSetup: true },
  { label: "API keys", icon: KeyRound, to: "/api-keys", isSetup: true },
  { label: "Users", icon: Users, to: "/users", isSetup: true, isForAdmins: true },
  { label: "Audit log", icon: ScrollText, to: "/audit-events", isSetup: true, isForAdmins: true },
  { label: "Settings", icon: Settings, to: "/settings", isSetup: true },
  { label: "API documentation", icon: BookOpen, to: "/swagger-ui/", isOutside: true, isSetup: true },
];
