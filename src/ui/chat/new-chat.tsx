import { getRouteApi } from "@tanstack/react-router";
import { Bot, ChevronDown } from "lucide-react";
import { useRef, useState } from "react";
import type { Agent } from "@/domain/agent";
import type { Session } from "@/domain/session";
import { OpenSidebar } from "@/ui/layout/sidebar-state";
import { Menu, MenuChoice } from "@/ui/parts/menu";
import { notifyFailure } from "@/ui/parts/notify";
import { type GivenPart, openSession, sendMessage } from "./chat-actions";
import { Composer } from "./composer";
import { whyNoFiles } from "./give-files";
import { controlsOf, ModelPicker, noChoice } from "./model-picker";
import { Suggestions } from "./suggestions";

const route = getRouteApi("/");

/** Where a chat begins: whom to ask, and the first message. The session is made when it is sent. */
export function NewChat({ agents }: { agents: readonly Agent[] }) {
  const { agent: wantedId } = route.useSearch();
  const navigate = route.useNavigate();
  const [choice, setChoice] = useState(noChoice);
  const opened = useRef<Session>(null);
  const agent = agents.find(({ id }) => id === wantedId) ?? agents[0]!;

  async function begin(parts: GivenPart[], files: readonly File[]) {
    // A message that could not be sent leaves its session for the next try.
    const session = opened.current?.agent_id === agent.id ? opened.current : await openSession(agent.id);
    opened.current = session;
    await sendMessage(session.id, { parts, files, controls: controlsOf(choice) });
    await navigate({ to: "/sessions/$sessionId", params: { sessionId: session.id } });
  }

  return (
    <div className="flex h-full flex-col overflow-y-auto">
      <div className="flex h-14 shrink-0 items-center px-4">
        <OpenSidebar />
      </div>
      <div className="mx-auto flex w-full max-w-3xl flex-1 flex-col justify-center px-3 pb-[14vh] md:px-6">
        <h1 className="mb-6 text-center font-semibold text-2xl tracking-tight">What should be done?</h1>
        <div className="mb-3 flex justify-center">
          <Menu
            align="start"
            className="w-80"
            trigger={
              <button
                type="button"
                aria-label={`Agent: ${agent.name}`}
                className="inline-flex h-9 max-w-full items-center gap-2 rounded-full border border-line px-3.5 text-sm hover:bg-hover"
              >
                <Bot size={16} aria-hidden className="shrink-0 text-accent" />
                <span className="truncate font-medium">{agent.name}</span>
                <ChevronDown size={14} aria-hidden className="shrink-0 text-faint" />
              </button>
            }
          >
            {agents.map(({ id, name }) => (
              <MenuChoice key={id} isChosen={id === agent.id} onSelect={() => void navigate({ search: { agent: id }, replace: true })}>
                {name}
              </MenuChoice>
            ))}
          </Menu>
        </div>
        <Composer draftKey="new" placeholder={`Write to ${agent.name}`} whyNoFiles={whyNoFiles(agent)} onSend={begin}>
          <ModelPicker usualModelId={agent.default_model_id} choice={choice} onChange={setChoice} />
        </Composer>
        <div className="mt-4">
          <Suggestions agent={agent} onChoose={(text) => void begin([{ type: "text", text }], []).catch(notifyFailure)} />
        </div>
        {agent.description && <p className="mx-auto mt-4 max-w-xl text-center text-faint text-sm">{agent.description}</p>}
      </div>
    </div>
  );
}
