import type { Actor } from "@/domain/user";
import { AppError } from "@/platform/app-error";

const actors = new WeakMap<Request, Actor>();

/** The guard says who sent a request, before any route sees it. */
export const setActor = (request: Request, actor: Actor): void => void actors.set(request, actor);

/** Who sent this request. A route that asks is closed to strangers, however it was mounted. */
export function actorOf(request: Request): Actor {
  const actor = actors.get(request);
  if (!actor) throw signInFirst();
  return actor;
}

export const signInFirst = () => new AppError("unauthorized", "Sign in first: send a bearer token, an API key or the session cookie");
