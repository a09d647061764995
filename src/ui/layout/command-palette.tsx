import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { Bot, MessageSquare, SquarePen, TextSearch } from "lucide-react";
import { type ReactNode, useDeferredValue, useState } from "react";
import { agentsQuery, searchQuery, sessionsQuery } from "@/ui/api/queries";
import { useMayManage } from "@/ui/api/use-may-manage";
import { BareDialog } from "@/ui/parts/dialog";
import { MarkedText } from "@/ui/parts/marked-text";
import { PLACES } from "./navigation";

/** Goes to any chat, agent or page by a few letters of its name. */
export function CommandPalette({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const mayManage = useMayManage();
  const [search, setSearch] = useState("");
  const { data: found } = useInfiniteQuery(sessionsQuery(useDeferredValue(search.trim())));
  const { data: agents } = useQuery(agentsQuery());
  const { data: hits = [] } = useQuery(searchQuery(useDeferredValue(search.trim())));
  const sessions = found?.pages.flatMap(({ items }) => items) ?? [];

  const go = (action: () => unknown) => () => {
    onClose();
    void action();
  };
  return (
    <BareDialog isOpen onClose={onClose} label="Go to" className="w-[min(36rem,calc(100vw-2rem))] overflow-hidden">
      <Command label="Go to" loop>
        <Command.Input
          value={search}
          onValueChange={setSearch}
          autoFocus
          placeholder="Go to a chat, an agent or a page"
          className="h-13 w-full border-line border-b bg-transparent px-5 text-base outline-none placeholder:text-faint"
        />
        <Command.List className="max-h-[55vh] overflow-y-auto p-2 [&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-faint [&_[cmdk-group-heading]]:text-xs">
          <Command.Empty className="px-3 py-8 text-center text-muted text-sm">Nothing has this in its name.</Command.Empty>
          <Item value="new chat" icon={<SquarePen size={16} />} onSelect={go(() => navigate({ to: "/" }))}>
            New chat
          </Item>
          {agents && agents.length > 0 && (
            <Command.Group heading="New chat with">
              {agents.map(({ id, name }) => (
                <Item
                  key={id}
                  value={`agent ${name} ${id}`}
                  icon={<Bot size={16} />}
                  onSelect={go(() => navigate({ to: "/", search: { agent: id } }))}
                >
                  {name}
                </Item>
              ))}
            </Command.Group>
          )}
          {sessions.length > 0 && (
            <Command.Group heading="Chats">
              {sessions.slice(0, 30).map(({ id, title }) => (
                <Item
                  key={id}
                  value={`${title ?? "New chat"} ${id}`}
                  icon={<MessageSquare size={16} />}
                  onSelect={go(() => navigate({ to: "/sessions/$sessionId", params: { sessionId: id } }))}
                >
                  {title ?? "New chat"}
                </Item>
              ))}
            </Command.Group>
          )}
          {hits.length > 0 && (
            <Command.Group heading="Messages">
              {hits.map(({ session_id, session_title, message_id, turn_id, snippet, highlights }) => (
                <Item
                  key={message_id}
                  // What the server found is not sifted again.
                  value={`${search} ${message_id}`}
                  icon={<TextSearch size={16} />}
                  onSelect={go(() =>
                    navigate({ to: "/sessions/$sessionId", params: { sessionId: session_id }, search: turn_id ? { turn: turn_id } : {} }),
                  )}
                >
                  <span className="line-clamp-2 whitespace-normal">
                    <MarkedText text={snippet} places={highlights} />
                  </span>
                  <span className="block truncate text-faint text-xs">{session_title ?? "New chat"}</span>
                </Item>
              ))}
            </Command.Group>
          )}
          <Command.Group heading="Pages">
            {PLACES.filter(({ isForAdmins }) => mayManage || !isForAdmins).map(({ label, icon: Icon, to, isOutside }) => (
              <Item key={to} value={label} icon={<Icon size={16} />} onSelect={go(() => (isOutside ? open(to) : navigate({ to })))}>
                {label}
              </Item>
            ))}
          </Command.Group>
        </Command.List>
      </Command>
    </BareDialog>
  );
}

function Item({ value, icon, children, onSelect }: { value: string; icon: ReactNode; children: ReactNode; onSelect: () => void }) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="flex cursor-pointer items-center gap-2.5 rounded-lg px-2.5 py-2 text-sm data-[selected=true]:bg-hover"
    >
      <span className="text-faint">{icon}</span>
      <span className="min-w-0 truncate">{children}</span>
    </Command.Item>
  );
}
