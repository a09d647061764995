import type { Actor } from "@/domain/user";
import { AppError } from "@/platform/app-error";
import { actorOf } from "./request-actor";

/** Who sent this request, if that is an admin. `what` ends the sentence "Only an admin may …". */
export function adminOf(request: Request, what: string): Actor {
  const actor = actorOf(request);
  if (!actor.isAdmin) throw new AppError("forbidden", `Only an admin may ${what}`);
  return actor;
}
