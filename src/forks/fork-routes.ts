import { actorOf } from "@/auth/request-actor";
import { ForkSession, Session } from "@/domain/session";
import type { Once } from "@/http/once";
import { doc, resource } from "@/http/resource";
import { addressOf, type UnderSession } from "@/http/under-session";
import type { Fork } from "./fork-session";

export const forkRoutes = ({ forkSession, once }: { forkSession: Fork; once: Once }, { prefix, suffix }: UnderSession) =>
  resource(prefix, "sessions").post(
    "/fork",
    ({ params, body, request }) => {
      const actor = actorOf(request);
      const { prepare, release } = forkSession(actor, addressOf(params), body);
      return once.calling({ request, actor, body }, 201, prepare).finally(release);
    },
    {
      body: ForkSession,
      detail: doc({
        operationId: `forkSession${suffix}`,
        summary: "Open a new session with this one's history and files",
        description:
          "Up to the event with `after_sequence`, or to the end. Sequences stay, ids are new. A turn that is open there ends as cancelled in the fork, which does nothing by itself; this session goes on as it was.",
        answers: { 201: Session },
      }),
    },
  );
