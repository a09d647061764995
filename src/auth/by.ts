import { clientAddress } from "@/http/client-address";
import type { By } from "./audit-log";
import { actorOf } from "./request-actor";

/** Who sent this request, as the audit log tells it. */
export const byOf = (request: Request): By => ({ actorId: actorOf(request).user.id, address: clientAddress(request) });
