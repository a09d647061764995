import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { MessageSquareOff, WifiOff } from "lucide-react";
import { lazy, Suspense, useEffect } from "react";
import { ApiError } from "@/ui/api/client";
import { agentQuery, sessionQuery } from "@/ui/api/queries";
import { ChatView } from "@/ui/chat/chat-view";
import { SessionHeader } from "@/ui/chat/session-header";
import { useChat } from "@/ui/chat/use-chat";
import { useRefresh } from "@/ui/chat/use-refresh";
import { isCommand } from "@/ui/layout/keys";
import { buttonClasses } from "@/ui/parts/button";
import { EmptyState } from "@/ui/parts/empty-state";
import { ErrorState } from "@/ui/parts/error-state";
import { Loading } from "@/ui/parts/loading";
import { useTitle } from "@/ui/platform/use-title";

const TracePanel = lazy(() => import("@/ui/trace/trace-panel").then(({ TracePanel }) => ({ default: TracePanel })));
const FilesPanel = lazy(() => import("@/ui/files/files-panel").then(({ FilesPanel }) => ({ default: FilesPanel })));

const route = getRouteApi("/sessions/$sessionId");

export function SessionPage() {
  const { sessionId } = route.useParams();
  // A chat's own state must not outlive it: another session is another page.
  return <Session key={sessionId} sessionId={sessionId} />;
}

function Session({ sessionId }: { sessionId: string }) {
  const { trace: isTraceShown = false, files: areFilesShown = false, file, turn } = route.useSearch();
  const navigate = route.useNavigate();
  const { chat, connection } = useChat(sessionId);
  const { data: session, error, refetch } = useQuery(sessionQuery(sessionId));
  const { data: agent } = useQuery({ ...agentQuery(session?.agent_id ?? ""), enabled: session !== undefined });
  const title = chat.session.title ?? session?.title ?? null;
  useTitle(title);
  useRefresh(chat);

  const toggleTrace = () => void navigate({ search: isTraceShown ? {} : { trace: true }, replace: true });
  const toggleFiles = () => void navigate({ search: areFilesShown ? {} : { files: true }, replace: true });
  const showFile = (path: string | undefined) =>
    void navigate({ search: { files: true, ...(path === undefined ? {} : { file: path }) }, replace: true });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!isCommand(event, ".")) return;
      event.preventDefault();
      toggleTrace();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });

  const isGone = connection === "gone" || (error instanceof ApiError && error.status === 404);
  if (isGone) return <Gone />;
  if (error && !session) return <ErrorState error={error} onRetry={() => void refetch()} />;
  return (
    <div className="flex h-full">
      <div className="flex min-w-0 flex-1 flex-col">
        <SessionHeader
          sessionId={sessionId}
          chat={chat}
          title={title}
          agentName={agent?.name}
          parentId={session?.parent_session_id ?? null}
          isTraceShown={isTraceShown}
          onToggleTrace={toggleTrace}
          areFilesShown={areFilesShown}
          onToggleFiles={toggleFiles}
          note={
            connection === "lost" && (
              <p role="status" className="flex shrink-0 items-center gap-1.5 rounded-lg bg-warn-soft px-2.5 py-1 text-warn text-xs">
                <WifiOff size={14} aria-hidden />
                <span className="max-sm:sr-only">Connecting again…</span>
              </p>
            )
          }
        />
        {connection === "loading" ? (
          <div className="min-h-0 flex-1">
            <Loading />
          </div>
        ) : (
          <ChatView
            turnId={turn}
            chat={chat}
            sessionId={sessionId}
            agent={agent}
            usualModelId={chat.session.model_id ?? session?.model_id ?? agent?.default_model_id ?? null}
          />
        )}
      </div>
      {areFilesShown && (
        <Suspense>
          <FilesPanel sessionId={sessionId} sequence={chat.sequence} file={file} onFile={showFile} onClose={toggleFiles} />
        </Suspense>
      )}
      {isTraceShown && !areFilesShown && (
        <Suspense>
          <TracePanel chat={chat} sessionId={sessionId} onClose={toggleTrace} />
        </Suspense>
      )}
    </div>
  );
}

const Gone = () => (
  <EmptyState
    icon={MessageSquareOff}
    title="This chat is not here"
    action={
      <Link to="/" className={buttonClasses("primary")}>
        New chat
      </Link>
    }
  >
    It may have been deleted, or it belongs to someone else.
  </EmptyState>
);
