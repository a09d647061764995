import { isDeepStrictEqual } from "node:util";
import type { EquipSession } from "@/capabilities/equip-session";
import type { Database } from "@/database/database";
import type { DecideApproval } from "@/domain/approval";
import type { Controls } from "@/domain/message";
import type { Actor } from "@/domain/user";
import type { EventLog } from "@/events/event-log";
import type { SessionAddress } from "@/http/under-session";
import { conflict, invalid } from "@/platform/app-error";
import type { SessionStore } from "@/sessions/session-store";
import type { AwaitedCallStore } from "@/turns/awaited-call-store";

type Parts = { db: Database; sessions: SessionStore; awaitedCalls: AwaitedCallStore; eventLog: EventLog; equipSession: EquipSession };

export type CheckArguments = ReturnType<typeof createCheckArguments>;

/** Throws when a person has changed a call's arguments into something that its tool does not take. */
export const createCheckArguments = ({ db, sessions, awaitedCalls, eventLog, equipSession }: Parts) =>
  async function checkArguments(actor: Actor, address: SessionAddress, id: string, { decision, arguments: given }: DecideApproval) {
    if (decision === "deny" || !given) return;
    const session = await db.read(() => sessions.get(actor, address));
    const approval = await db.read(() => awaitedCalls.getApproval(db, actor, id, session.id));
    if (approval.status === "resolved" || isDeepStrictEqual(given, approval.arguments)) return;

    const events = await db.read(() => eventLog.ofTurn(approval.turn_id));
    const asked = events.find(({ type }) => type === "message.user");
    const { controls } = JSON.parse(asked?.json ?? "{}") as { controls?: Controls | null };
    const { tools } = await equipSession(await db.read(() => sessions.getRow(session.id)), controls ?? null);
    const tool = tools.find(({ name }) => name === approval.name);
    if (!tool) throw conflict("The agent does not have this tool any more: deny the call, or approve it as it is", "tool_gone");
    const checked = tool.input.safeParse(given);
    if (!checked.success) throw invalid("arguments must fit the tool's parameters");
  };
