import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useState } from "react";
import type { Agent } from "@/domain/agent";
import type { Message } from "@/domain/message";
import { canForkQuery } from "@/ui/api/queries";
import { isWriting } from "@/ui/layout/keys";
import { notifyFailure } from "@/ui/parts/notify";
import { Beginning } from "./beginning";
import { type Chat, queueOf, runningTurnOf } from "./chat";
import { forkSession, type GivenPart, retryMessage, sendMessage, stopTurn } from "./chat-actions";
import { Composer } from "./composer";
import { Conversation } from "./conversation";
import { filesOf, whyNoFiles } from "./give-files";
import { controlsOf, ModelPicker, noChoice } from "./model-picker";
import { Queue } from "./queue";
import { TurnTold } from "./turn-told";

type Props = {
  chat: Chat;
  sessionId: string;
  agent: Agent | undefined;
  usualModelId: string | null;
  /** The turn to begin at, instead of the end. */
  turnId: string | undefined;
};

/** The conversation and where one writes. */
export function ChatView({ chat, sessionId, agent, usualModelId, turnId }: Props) {
  const navigate = useNavigate();
  const [choice, setChoice] = useState(noChoice);
  const { data: canFork = false } = useQuery(canForkQuery(sessionId));
  const isRunning = runningTurnOf(chat) !== undefined;
  const queued = queueOf(chat);

  const send = (parts: GivenPart[], files: readonly File[]) => sendMessage(sessionId, { parts, files, controls: controlsOf(choice) });
  const stop = useCallback(() => void stopTurn(sessionId).catch(notifyFailure), [sessionId]);
  useEffect(() => {
    if (!isRunning) return;
    const onKey = (event: KeyboardEvent) => {
      // Escape closes what lies over the page first.
      if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open], [role=menu]")) return;
      const field = event.target instanceof HTMLElement && event.target.closest("[type=search]");
      if (!field || !isWriting(event)) stop();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [isRunning, stop]);

  const openFork = useCallback(
    async (message: Message): Promise<string> => {
      const fork = await forkSession(sessionId, message.sequence - 1);
      await navigate({ to: "/sessions/$sessionId", params: { sessionId: fork.id } });
      return fork.id;
    },
    [navigate, sessionId],
  );
  const fork = useCallback((message: Message) => void openFork(message).catch(notifyFailure), [openFork]);
  const retry = useCallback((message: Message) => void retryMessage(sessionId, message.id).catch(notifyFailure), [sessionId]);
  /** Another question in the place of one that was answered is another conversation; where none can be made, it is asked at the end. */
  const edit = useCallback(
    async (message: Message, parts: GivenPart[]) => {
      try {
        const target = canFork ? await openFork(message) : sessionId;
        await sendMessage(target, { parts, paths: filesOf(message), controls: message.controls });
      } catch (error) {
        notifyFailure(error);
      }
    },
    [canFork, openFork, sessionId],
  );

  return (
    <>
      {chat.turns.length === 0 ? (
        <div className="grid min-h-0 flex-1 place-items-center overflow-y-auto">
          <Beginning agent={agent} onSay={(text) => void send([{ type: "text", text }], []).catch(notifyFailure)} />
        </div>
      ) : (
        <Conversation
          key={turnId}
          chat={chat}
          sessionId={sessionId}
          turnId={turnId}
          onRetry={retry}
          onEdit={edit}
          onFork={canFork ? fork : undefined}
        />
      )}
      <TurnTold chat={chat} />
      <div className="mx-auto w-full max-w-3xl px-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] md:px-6 md:pb-5">
        <Queue turns={isRunning ? queued : []} sessionId={sessionId} />
        <Composer
          draftKey={sessionId}
          placeholder={isRunning ? "Write the next message" : "Write a message"}
          isRunning={isRunning}
          onStop={stop}
          whyNoFiles={whyNoFiles(agent)}
          onSend={send}
        >
          <ModelPicker usualModelId={usualModelId} choice={choice} onChange={setChoice} />
        </Composer>
      </div>
    </>
  );
}
