import { actorOf } from "@/auth/request-actor";
import type { Actor } from "@/domain/user";
import { AppError } from "@/platform/app-error";

/** Who sent this request, if that is an admin: providers and models are changed by admins and read by all. */
export function adminOf(request: Request): Actor {
  const actor = actorOf(request);
  if (!actor.isAdmin) throw new AppError("forbidden", "Only an admin may change providers and models");
  return actor;
}
