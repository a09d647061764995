import type { Agent } from "@/domain/agent";
import type { Message } from "@/domain/message";
import type { Session } from "@/domain/session";
import type { Turn } from "@/domain/turn";
import { type MessagePlan, planMessage, type Toolbox } from "./message-plan";
import type { Random } from "./random";
import { followLog, type Reader } from "./reader";
import type { ServerProcess } from "./server-process";

/** What one user asked for and was told: what the log must agree with at the end. */
export type Conversation = { path: string; acknowledged: Map<string, Message>; readers: Reader[] };

/** What all users did, together. */
export type Transcript = {
  conversations: Conversation[];
  /** Answers that no client should get, however often the server is killed. */
  complaints: string[];
  resent: number;
};

export type World = {
  server: ServerProcess;
  toolbox: Toolbox;
  transcript: Transcript;
  onEvent: (type: string) => void;
  resumesFromTail: boolean;
  /** Refusals that this run brings about: the request is sent again. */
  isExcused?: (status: number, code: string | undefined) => boolean;
  /** No new conversations from then on. */
  closing: AbortSignal;
  /** The time to drain is up: whoever still waits gives up. */
  overdue: AbortSignal;
};

const MOST_MESSAGES = 8;
const READERS = 2;
const TRY_AGAIN_MS = 10;

/** One conversation after the other: messages are sent until they are acknowledged, and every turn is waited for. */
export async function beUser(name: string, random: Random, world: World): Promise<void> {
  const agent = await postOnce<Agent>(world, "/v1/agents", name, {
    name,
    system_prompt: "Be brief.",
    capabilities: world.toolbox.capabilities,
    tools: world.toolbox.tools ?? [],
  });
  for (let number = 1; !world.closing.aborted; number++) await converse(`${name}.${number}`, agent.id, random, world);
}

async function converse(name: string, agentId: string, random: Random, world: World): Promise<void> {
  const { server, onEvent, resumesFromTail, transcript, overdue, closing } = world;
  const session = await postOnce<Session>(world, `/v1/agents/${agentId}/sessions`, name, {});
  const path = `/v1/agents/${agentId}/sessions/${session.id}`;
  const readers = Array.from({ length: READERS }, () => followLog({ server, path, random: random.fork(), onEvent, resumesFromTail }));
  const conversation: Conversation = { path, acknowledged: new Map(), readers };
  transcript.conversations.push(conversation);

  try {
    const messages = random.between(2, MOST_MESSAGES);
    for (let number = 1; number <= messages && !closing.aborted; number++) {
      const message = await say(`${name}.${number}`, path, planMessage(random, world.toolbox), random, world);
      conversation.acknowledged.set(`${name}.${number}`, message);
      if (random.chance(0.5)) await until(() => isOver(world, path, message.turn_id), overdue);
      else await Bun.sleep(random.between(0, 60));
    }
    const turnIds = new Set([...conversation.acknowledged.values()].map(({ turn_id }) => turn_id));
    for (const turnId of turnIds) await until(() => isOver(world, path, turnId), overdue);
    await untilRead(world, conversation);
  } finally {
    await Promise.all(readers.map((reader) => reader.stop()));
  }
}

async function say(key: string, path: string, plan: MessagePlan, random: Random, world: World): Promise<Message> {
  const body = { message: { content: plan.text }, controls: { when_busy: plan.whenBusy }, metadata: { key } };
  const cancelled = plan.isCancelled ? cancelSoon(path, random.between(0, 150), world) : undefined;
  const send = () => postOnce<Message>(world, `${path}/messages`, key, body);
  const answers = await Promise.all(plan.isSentTwice ? [send(), send()] : [send()]);
  if (plan.isSentTwice) answers.push(await send());
  if (new Set(answers.map((answer) => JSON.stringify(answer))).size > 1) world.transcript.complaints.push(`${key}: one key, two answers`);
  await cancelled;
  return answers[0]!;
}

/** A wish that may come to nothing: the turn may be over, the server away. */
async function cancelSoon(path: string, afterMs: number, { server, overdue }: World): Promise<void> {
  await Bun.sleep(afterMs);
  const address = await Promise.race([server.url(), Bun.sleep(50)]);
  if (!address || overdue.aborted) return;
  await fetch(`${address}${path}/cancel`, { method: "POST", signal: AbortSignal.timeout(1000) }).then(
    (answer) => answer.text(),
    () => {},
  );
}

/** What was acknowledged is not there any more: there is no use in asking again. */
class Refused extends Error {}

/** Sends the same request with the same key until it is answered. */
async function postOnce<Body>({ server, transcript, overdue, isExcused }: World, path: string, key: string, body: unknown): Promise<Body> {
  for (;;) {
    overdue.throwIfAborted();
    try {
      const response = await fetch((await server.url()) + path, {
        method: "POST",
        headers: { "content-type": "application/json", "idempotency-key": key },
        body: JSON.stringify(body),
        signal: AbortSignal.any([overdue, AbortSignal.timeout(5000)]),
      });
      const answer = (await response.json()) as Body;
      if (response.status === 201) return answer;
      const { code } = answer as { code?: string };
      const isStopping = response.status === 503 && code === "draining";
      if (!isStopping && !isExcused?.(response.status, code))
        transcript.complaints.push(`${key}: answered ${response.status} ${JSON.stringify(answer)}`);
      if (response.status < 500) throw new Refused(`${path} refused ${key}`);
    } catch (error) {
      if (error instanceof Refused) throw error;
      overdue.throwIfAborted();
    }
    transcript.resent++;
    await Bun.sleep(TRY_AGAIN_MS);
  }
}

async function isOver({ server }: World, path: string, turnId: string): Promise<boolean> {
  const answer = await fetch(`${await server.url()}${path}/turns/${turnId}`, { signal: AbortSignal.timeout(2000) });
  return answer.status === 200 && ((await answer.json()) as Turn).finished_at !== null;
}

/** Readers get some time to read to the end of the log; whoever has not by then is found out by what it has read. */
async function untilRead({ server, overdue }: World, { path, readers }: Conversation): Promise<void> {
  const patience = AbortSignal.any([overdue, AbortSignal.timeout(5000)]);
  const haveReadAll = async () => {
    const answer = await fetch(`${await server.url()}${path}/events/list?limit=1`, { signal: AbortSignal.timeout(2000) });
    const { total } = (await answer.json()) as { total: number };
    return readers.every((reader) => reader.lastSequence() >= total);
  };
  await until(haveReadAll, patience).catch(() => {});
}

/** Asks again and again, also while the server is away. Throws when the signal aborts. */
async function until(isTrue: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  while (!(await isTrue().catch(() => false))) {
    signal.throwIfAborted();
    await Bun.sleep(40);
  }
}
