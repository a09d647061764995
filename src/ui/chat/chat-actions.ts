import type { Controls, Message } from "@/domain/message";
import type { Session } from "@/domain/session";
import { api } from "@/ui/api/client";
import { queryClient } from "@/ui/api/queries";
import { giveFiles, wordsOfFiles } from "./give-files";
import { expectEvent, forgetChat } from "./use-chat";

/** A part of what a person sends. */
export type GivenPart = { type: "text"; text: string } | { type: "image"; base64: string; media_type: string };
export type Given = {
  parts: GivenPart[];
  /** Files to bring, and the paths of those that are with the session already. */
  files?: readonly File[];
  paths?: readonly string[];
  controls: Controls | null;
};

const at = (sessionId: string): string => `/v1/sessions/${sessionId}`;
const sessionsChanged = () => queryClient.invalidateQueries({ queryKey: ["sessions"] });

export const openSession = async (agentId: string): Promise<Session> => {
  const session = await api.post<Session>(`/v1/agents/${agentId}/sessions`, {});
  void sessionsChanged();
  return session;
};

export const sendMessage = async (sessionId: string, { parts, files = [], paths: known = [], controls }: Given): Promise<Message> => {
  const paths = [...known, ...(await giveFiles(sessionId, files))];
  const message = await api.post<Message>(`${at(sessionId)}/messages`, bodyOf(parts, paths, controls));
  expectEvent(sessionId, message.sequence);
  void sessionsChanged();
  return message;
};

const withFiles = (parts: readonly GivenPart[], paths: readonly string[]): readonly GivenPart[] =>
  paths.length === 0 ? parts : [...parts, { type: "text", text: wordsOfFiles(paths) }];

const bodyOf = (parts: readonly GivenPart[], paths: readonly string[], controls: Controls | null) => ({
  message: { content: withFiles(parts, paths) },
  ...(paths.length === 0 ? {} : { metadata: { files: paths } }),
  ...(controls ? { controls } : {}),
});

/** Asks to stop whatever runs; the events tell when it has. */
export const stopTurn = (sessionId: string): Promise<unknown> => api.post(`${at(sessionId)}/cancel`);

/** Asks a failed or stopped turn's question again. */
export const retryMessage = (sessionId: string, messageId: string): Promise<unknown> =>
  api.post(`${at(sessionId)}/messages/${messageId}/retry`);

export const changeQueued = (sessionId: string, messageId: string, parts: GivenPart[], paths: readonly string[]): Promise<unknown> =>
  api.patch(`${at(sessionId)}/messages/${messageId}`, { content: withFiles(parts, paths) });

export const removeQueued = (sessionId: string, messageId: string): Promise<void> => api.remove(`${at(sessionId)}/messages/${messageId}`);

/** A new session with all that was said before this place in the log, or to its end. */
export const forkSession = async (sessionId: string, afterSequence?: number): Promise<Session> => {
  const fork = await api.post<Session>(`${at(sessionId)}/fork`, afterSequence === undefined ? {} : { after_sequence: afterSequence });
  void sessionsChanged();
  return fork;
};

/** `remember` asks no more about this tool, in this session or in all with the agent; with `remember_arguments`, about this very call. */
export type Decision = {
  decision: "approve" | "deny";
  reason?: string;
  arguments?: Record<string, unknown>;
  remember?: "session" | "agent";
  remember_arguments?: boolean;
};

/** Resolved once the inbox shows it, too. */
export const resolveApproval = (sessionId: string, approvalId: string, decision: Decision): Promise<unknown> =>
  api
    .post(`${at(sessionId)}/approvals/${approvalId}`, decision)
    .finally(() => Promise.all(["approvals", "approval-rules"].map((resource) => queryClient.invalidateQueries({ queryKey: [resource] }))));

export const renameSession = async (sessionId: string, title: string): Promise<void> => {
  await api.patch(at(sessionId), { title });
  await sessionsChanged();
};

export const removeSession = async (sessionId: string): Promise<void> => {
  await api.remove(at(sessionId));
  forgetChat(sessionId);
  await sessionsChanged();
};
