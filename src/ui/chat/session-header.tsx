import { Link, useNavigate } from "@tanstack/react-router";
import { ChartNoAxesGantt, CodeXml, Ellipsis, FolderTree, Pencil, Trash2 } from "lucide-react";
import { lazy, type ReactNode, Suspense, useRef, useState } from "react";
import { OpenSidebar } from "@/ui/layout/sidebar-state";
import { IconButton } from "@/ui/parts/button";
import { Menu, MenuItem, MenuSeparator } from "@/ui/parts/menu";
import { notify, notifyFailure } from "@/ui/parts/notify";
import { classes } from "@/ui/platform/class-names";
import { DeleteSession } from "@/ui/sessions/delete-session";
import type { Chat } from "./chat";
import { removeSession, renameSession } from "./chat-actions";

const ChatAsCode = lazy(() => import("./chat-as-code").then(({ ChatAsCode }) => ({ default: ChatAsCode })));

type Props = {
  sessionId: string;
  chat: Chat;
  title: string | null;
  agentName: string | undefined;
  /** The chat of the agent that asked this one. */
  parentId: string | null;
  isTraceShown: boolean;
  onToggleTrace: () => void;
  areFilesShown: boolean;
  onToggleFiles: () => void;
  note?: ReactNode;
};

/** A chat's title, which can be changed in its place, and what can be done with the whole chat. */
export function SessionHeader({
  sessionId,
  chat,
  title,
  agentName,
  parentId,
  isTraceShown,
  onToggleTrace,
  areFilesShown,
  onToggleFiles,
  note,
}: Props) {
  const navigate = useNavigate();
  const [draft, setDraft] = useState<string | null>(null);
  const [isAsking, setIsAsking] = useState(false);
  const [isCode, setIsCode] = useState(false);
  const wantsTitle = useRef(false);

  function rename() {
    const wanted = draft?.trim() ?? "";
    setDraft(null);
    if (wanted !== "" && wanted !== title) void renameSession(sessionId, wanted).catch(notifyFailure);
  }

  async function remove() {
    try {
      await removeSession(sessionId);
      await navigate({ to: "/" });
      notify("The chat is deleted.");
    } catch (error) {
      notifyFailure(error);
    }
  }

  return (
    <header className="flex h-14 shrink-0 items-center gap-2 border-line border-b px-4 md:px-5">
      <OpenSidebar />
      <div className="min-w-0 flex-1">
        {draft === null ? (
          <h1 className="truncate font-semibold text-[0.9375rem] leading-tight" title={title ?? undefined}>
            <button
              type="button"
              onDoubleClick={() => setDraft(title ?? "")}
              className="max-w-full cursor-default truncate align-bottom"
              tabIndex={-1}
            >
              {title ?? "New chat"}
            </button>
          </h1>
        ) : (
          <input
            aria-label="Title of the chat"
            // biome-ignore lint/a11y/noAutofocus: the person asked to write here
            autoFocus
            maxLength={255}
            value={draft}
            onChange={({ target }) => setDraft(target.value)}
            onFocus={({ target }) => target.select()}
            onBlur={rename}
            onKeyDown={(event) => {
              event.stopPropagation();
              if (event.key === "Enter") rename();
              if (event.key === "Escape") setDraft(null);
            }}
            className="-ml-2 h-8 w-full max-w-lg rounded-lg border border-line-strong bg-canvas px-2 font-semibold text-[0.9375rem] outline-none"
          />
        )}
        {draft === null && (
          <p className="truncate text-faint text-xs">
            {agentName}
            {parentId !== null && (
              <>
                {" · asked by "}
                <Link to="/sessions/$sessionId" params={{ sessionId: parentId }} className="underline underline-offset-4 hover:text-ink">
                  another agent
                </Link>
              </>
            )}
          </p>
        )}
      </div>
      {note}
      <IconButton
        label={areFilesShown ? "Hide the files" : "Show the files"}
        aria-pressed={areFilesShown}
        onClick={onToggleFiles}
        className={classes(areFilesShown && "bg-hover text-ink")}
      >
        <FolderTree size={18} />
      </IconButton>
      <IconButton
        label={isTraceShown ? "Hide the trace" : "Show the trace"}
        aria-pressed={isTraceShown}
        onClick={onToggleTrace}
        className={classes(isTraceShown && "bg-hover text-ink")}
      >
        <ChartNoAxesGantt size={18} />
      </IconButton>
      <Menu
        onClosed={(event) => {
          if (!wantsTitle.current) return;
          wantsTitle.current = false;
          event.preventDefault();
          setDraft(title ?? "");
        }}
        trigger={
          <IconButton label="More about this chat">
            <Ellipsis size={18} />
          </IconButton>
        }
      >
        <MenuItem
          icon={<Pencil size={16} />}
          onSelect={() => {
            wantsTitle.current = true;
          }}
        >
          Change the title
        </MenuItem>
        <MenuItem icon={<CodeXml size={16} />} onSelect={() => setIsCode(true)}>
          As code
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon={<Trash2 size={16} />} isDangerous onSelect={() => setIsAsking(true)}>
          Delete
        </MenuItem>
      </Menu>
      {isCode && (
        <Suspense>
          <ChatAsCode sessionId={sessionId} chat={chat} onClose={() => setIsCode(false)} />
        </Suspense>
      )}
      <DeleteSession isOpen={isAsking} onClose={() => setIsAsking(false)} onConfirm={() => void remove()} />
    </header>
  );
}
