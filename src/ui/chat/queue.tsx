import { queryOptions, useQuery } from "@tanstack/react-query";
import { Clock, Pencil, X } from "lucide-react";
import { useState } from "react";
import type { Turn } from "@/domain/turn";
import { api } from "@/ui/api/client";
import type { ListOf } from "@/ui/api/queries";
import { IconButton } from "@/ui/parts/button";
import { notifyFailure } from "@/ui/parts/notify";
import { type ChatTurn, textOf } from "./chat";
import { changeQueued, removeQueued } from "./chat-actions";
import { EditQuestion } from "./edit-question";
import { filesOf, ownParts } from "./give-files";

/** Messages that wait until the running answer is done. Each may still be changed or taken back. */
export function Queue({ turns, sessionId }: { turns: readonly ChatTurn[]; sessionId: string }) {
  const [editing, setEditing] = useState<string | null>(null);
  const { data: order } = useQuery({ ...queueOrderQuery(sessionId, turns), enabled: turns.length > 1 });
  const placeOf = ({ id }: ChatTurn): number => order?.indexOf(id) ?? 0;
  if (turns.length === 0) return null;
  return (
    <section aria-label="Queued messages" className="mb-2 grid gap-1.5 rounded-2xl border border-line bg-panel p-2">
      <h2 className="flex items-center gap-1.5 px-2 pt-0.5 text-faint text-xs">
        <Clock size={13} aria-hidden />
        {turns.length === 1 ? "Answered next" : `${turns.length} messages wait`}
      </h2>
      <ul className="max-h-[30vh] overflow-y-auto">
        {turns
          .toSorted((one, other) => placeOf(one) - placeOf(other))
          .flatMap(({ asked }) =>
            asked.map((message) => (
              <li key={message.id}>
                {editing === message.id ? (
                  <EditQuestion
                    message={message}
                    action="Change"
                    onCancel={() => setEditing(null)}
                    onSend={async (parts) => {
                      await changeQueued(sessionId, message.id, parts, filesOf(message)).catch(notifyFailure);
                      setEditing(null);
                    }}
                  />
                ) : (
                  <div className="flex items-center gap-1 rounded-lg pl-2 hover:bg-hover">
                    <span className="min-w-0 flex-1 truncate text-sm">{textOf({ content: ownParts(message) }) || "A picture"}</span>
                    <IconButton label="Change this message" onClick={() => setEditing(message.id)}>
                      <Pencil size={14} />
                    </IconButton>
                    <IconButton
                      label="Take this message back"
                      onClick={() => void removeQueued(sessionId, message.id).catch(notifyFailure)}
                    >
                      <X size={15} />
                    </IconButton>
                  </div>
                )}
              </li>
            )),
          )}
      </ul>
    </section>
  );
}

/** A message that was changed keeps its place in the queue, which its event does not tell. */
const queueOrderQuery = (sessionId: string, turns: readonly ChatTurn[]) =>
  queryOptions({
    queryKey: ["queue", sessionId, turns.map(({ id }) => id).join()],
    queryFn: async ({ signal }) => {
      const { items } = await api.get<ListOf<Turn>>(`/v1/sessions/${sessionId}/turns?status=queued&limit=1000`, { signal });
      return items.map(({ id }) => id);
    },
  });
