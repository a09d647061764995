import type { AuditEvent } from "@/domain/audit-event";
import { Badge } from "@/ui/parts/badge";
import { visibleText } from "@/ui/parts/visible-text";
import { formatFull } from "@/ui/platform/format";
import { wordsOfAction } from "./action-words";

type Props = { event: AuditEvent; names: ReadonlyMap<string, string>; onPerson: (id: string) => void };

export function AuditEventRow({ event: { action, actor_id, target_id, address, detail, created_at }, names, onPerson }: Props) {
  const { words, look } = wordsOfAction(action);
  const { count, ...rest } = detail;
  const details = Object.entries(rest).map(([name, value]) => `${name.replaceAll("_", " ")}: ${visibleText(value)}`);
  const isOther = target_id !== null && target_id !== actor_id;
  return (
    <li className="grid grid-cols-1 gap-x-4 gap-y-1 px-4 py-2.5 text-sm md:grid-cols-[11rem_1fr]">
      <time dateTime={created_at} className="text-faint tabular-nums md:pt-px">
        {formatFull(created_at)}
      </time>
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          {look ? <Badge look={look}>{words}</Badge> : <span className="font-medium">{words}</span>}
          {actor_id && (
            <button
              type="button"
              title="Show only what they did"
              onClick={() => onPerson(actor_id)}
              className="max-w-full truncate rounded text-accent underline-offset-4 hover:underline pointer-coarse:py-1"
            >
              {nameOf(actor_id, names)}
            </button>
          )}
          {count && Number(count) > 1 && <span className="text-muted">{`${count} times within the hour`}</span>}
        </p>
        {(isOther || details.length > 0 || address) && (
          <p className="mt-0.5 text-muted [overflow-wrap:anywhere]">
            {[...(isOther ? [`on ${nameOf(target_id, names)}`] : []), ...details, ...(address ? [`from ${address}`] : [])].join(" · ")}
          </p>
        )}
      </div>
    </li>
  );
}

/** Who is gone, and what is no user, has its id left. */
const nameOf = (id: string, names: ReadonlyMap<string, string>): string => names.get(id) ?? id;
