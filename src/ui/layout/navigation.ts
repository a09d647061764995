import { BookOpen, type LucideIcon } from "lucide-react";

type Place = { label: string; icon: LucideIcon /** A path of the router, or an address of the server. */; to: string; isOutside?: boolean };

/** What the side bar and the palette lead to, beside the chats. A new page adds its line here. */
export const PLACES: readonly Place[] = [{ label: "API documentation", icon: BookOpen, to: "/swagger-ui/", isOutside: true }];
