import type { ApiRequest } from "@/ui/parts/api-code";
import { AsCodeDialog } from "@/ui/parts/as-code";
import { type Chat, textOf } from "./chat";

/** What this page asks of the API for a chat, as code. */
export const ChatAsCode = ({ sessionId, chat, onClose }: { sessionId: string; chat: Chat; onClose: () => void }) => (
  <AsCodeDialog
    isOpen
    onClose={onClose}
    requests={requestsOf(sessionId, chat)}
    description="The chat by the API: this page asks for nothing else."
  />
);

function requestsOf(sessionId: string, chat: Chat): { label: string; request: ApiRequest }[] {
  const path = `/v1/sessions/${sessionId}`;
  const last = chat.turns.at(-1)?.asked[0];
  const text = (last && textOf(last)) || "Hello";
  return [
    { label: "Send", request: { method: "POST", path: `${path}/messages`, body: { message: { content: [{ type: "text", text }] } } } },
    { label: "Follow", request: { method: "GET", path: `${path}/events?after_sequence=${chat.sequence}`, isStream: true } },
    { label: "Read", request: { method: "GET", path: `${path}/messages` } },
    { label: "Stop", request: { method: "POST", path: `${path}/cancel`, body: {} } },
  ];
}
