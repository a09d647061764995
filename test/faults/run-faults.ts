import { DEFAULT_LIMITS } from "@/agent-loop/limits";
import { KeptEvents, type KeptEventType } from "@/domain/event";
import type { Message, ToolCallPart } from "@/domain/message";
import type { StreamedEvent } from "../support/client";
import type { Protocol } from "../support/llm-protocols";
import { type TestApp, testApp } from "../support/test-app";
import { FAULTY_PROTOCOLS, type FaultProvider, NORMALLY, startFaultProvider, WELL } from "./fault-provider";
import { MODES, type Mode, PARTIAL, PATIENCE } from "./modes";

/** One mode over one protocol: what came of it, and what is wrong with that. Nothing is wrong when the promise was held. */
export type Outcome = { mode: string; protocol: string; came: string; ms: number; complaints: string[] };

type World = { app: TestApp; provider: FaultProvider; agentId: string; modelIds: Map<string, string> };

/** How long a socket may stay open after its turn, in milliseconds. */
const CLOSED_WITHIN_MS = 1000;

const AT_A_TIME = 48;

const KEY = "sk-test-0123456789abcdef";

/**
 * Runs every mode over every protocol through the real server: the light ones side by side, the heavy ones one after the other.
 * `slowness`: how many times its deadline a mode may take, on a machine that does other things too.
 */
export async function runFaults(modes: readonly Mode[] = MODES, { slowness = 1 } = {}): Promise<Outcome[]> {
  await using provider = await startFaultProvider(modes);
  await using app = await testApp({
    llm: { firstByteMs: PATIENCE.firstByteMs, silenceMs: PATIENCE.silenceMs },
    limits: { ...DEFAULT_LIMITS, maxTurnMs: PATIENCE.turnMs },
  });
  const agent = await app.createAgent({ capabilities: ["test_math"] });
  const world: World = { app, provider, agentId: agent.id, modelIds: await createModels(app, provider, modes) };

  const cells = modes.flatMap((mode) => FAULTY_PROTOCOLS.map((protocol) => ({ mode, protocol })));
  const run = ({ mode, protocol }: (typeof cells)[number]): Promise<Outcome> => runMode(world, mode, protocol, mode.withinMs * slowness);
  // The longest first, so that the last ones do not wait for them.
  const light = cells.filter(({ mode }) => !mode.isHeavy).toSorted((one, other) => other.mode.withinMs - one.mode.withinMs);
  await Promise.all(FAULTY_PROTOCOLS.map((protocol) => warmUp(world, modes[0]!, protocol)));
  const outcomes = await atATime(AT_A_TIME, light, run);
  return [
    ...outcomes,
    ...(await atATime(
      1,
      cells.filter(({ mode }) => mode.isHeavy),
      run,
    )),
  ];
}

/** The first call loads its SDK, which is nobody's fault. */
async function warmUp({ app, agentId, modelIds }: World, mode: Mode, protocol: Protocol): Promise<void> {
  const session = await app.createSession(agentId, { model_id: modelIds.get(`${protocol.name}/${mode.name}`) });
  await app.ask(session, NORMALLY);
}

async function atATime<Item, Result>(most: number, items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  const left = items.values();
  const worker = async () => {
    for (const item of left) results.push(await work(item));
  };
  await Promise.all(Array.from({ length: most }, worker));
  return results;
}

async function createModels(app: TestApp, { url }: FaultProvider, modes: readonly Mode[]): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const protocol of FAULTY_PROTOCOLS) {
    const { type, baseUrl, settings } = protocol.connect(url);
    for (const { name } of modes) {
      // One for each mode: what fails in one must not make the others' provider rest.
      const fields = { name: `${protocol.name}: ${name}`, provider_type: type, base_url: baseUrl, settings, api_key: KEY };
      const { id } = (await app.post<{ id: string }>("/v1/llm-providers", fields)).body;
      const model = await app.post<{ id: string }>(`/v1/llm-providers/${id}/models`, { model_id: name, display_name: name });
      ids.set(`${protocol.name}/${name}`, model.body.id);
    }
  }
  return ids;
}

async function runMode({ app, provider, agentId, modelIds }: World, mode: Mode, protocol: Protocol, withinMs: number): Promise<Outcome> {
  const session = await app.createSession(agentId, { model_id: modelIds.get(`${protocol.name}/${mode.name}`) });
  const begun = performance.now();
  const { message, events } = await app.ask(session, "What is 20 plus 22?");
  const ms = Math.round(performance.now() - begun);
  const seen = provider.seen(protocol, mode);
  const asked = seen.exchanges.length;
  const stillOpen = await openSockets(seen.exchanges.filter(({ isAnswered }) => !isAnswered));

  const after = await app.ask(session, NORMALLY);
  await app.follow(session, ({ type, data }) => type === "session.updated" && data.status === "pending", after.events.at(-1)!.id!);
  const { status } = (await app.get<{ status: string }>(session.path)).body;
  const messages = await app.messages(session);
  const last = messages.at(-1)!;
  const own = messages.filter(({ turn_id }) => turn_id === message.turn_id);

  const complaints = [
    ...aboutEnd(mode, events, own, asked),
    ...(ms > withinMs ? [`took ${ms} ms of ${withinMs}`] : []),
    ...(stillOpen > 0 ? [`${stillOpen} sockets stayed open`] : []),
    ...aboutCalls(events, own),
    ...aboutForm(events),
    ...(status === "pending" ? [] : [`the session is ${status}`]),
    ...(textOf(last) === WELL && last.turn_id === after.message.turn_id
      ? []
      : [`the next message was answered: ${textOf(last).slice(0, 100)}`]),
    ...new Set(seen.complaints),
    ...(seen.bodies.some((body) => body.includes(PARTIAL)) ? ["the model was shown a partial answer"] : []),
    ...(seen.bodies.at(-1)!.includes("This turn failed") ? ["the model was shown the server's words for people"] : []),
    ...(JSON.stringify(messages).includes(KEY) ? ["the key is in a message"] : []),
    ...(Object.hasOwn(Object.prototype, "polluted") || Object.hasOwn(Object.prototype, "isAdmin") ? ["Object.prototype has grown"] : []),
  ];
  return { mode: mode.name, protocol: protocol.name, came: wordsFor(events), ms, complaints };
}

/** How many of the sockets are open after a second. */
async function openSockets(exchanges: readonly { closed: Promise<void> }[]): Promise<number> {
  let open = exchanges.length;
  const all = Promise.all(exchanges.map(({ closed }) => closed.then(() => open--)));
  const { promise: waited, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, CLOSED_WITHIN_MS);
  await Promise.race([all, waited]);
  clearTimeout(timer);
  return open;
}

/** Every kept event is what the document says of its type. */
const aboutForm = (events: readonly StreamedEvent[]): string[] =>
  events
    .filter(({ id }) => id !== null)
    .flatMap(({ type, data }) => {
      const { error } = KeptEvents[type as KeptEventType].safeParse(data);
      return error ? [`${type}: ${error.issues[0]!.path.join(".")} ${error.issues[0]!.message}`] : [];
    });

const count = (events: readonly StreamedEvent[], wanted: string): number => events.filter(({ type }) => type === wanted).length;

const textOf = ({ content }: Pick<Message, "content">): string =>
  content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("");

function wordsFor(events: readonly StreamedEvent[]): string {
  const { type, data } = events.at(-1)!;
  const retries = count(events, "model.retrying");
  const how =
    type === "turn.failed" ? `failed ${data.code}` : `${type.slice(5)}${data.finish_reason === "stop" ? "" : ` ${data.finish_reason}`}`;
  return retries > 0 ? `${how} after ${retries} retr${retries === 1 ? "y" : "ies"}` : how;
}

function aboutEnd({ becomes }: Mode, events: readonly StreamedEvent[], own: readonly Message[], asked: number): string[] {
  const { type, data } = events.at(-1)!;
  const last = own.at(-1)!;
  const retries = count(events, "model.retrying");
  const expected = [
    ...(type === `turn.${becomes.end}` ? [] : [`ended with ${type} ${data.code ?? ""} ${data.error ?? ""}, not turn.${becomes.end}`]),
    ...(retries === (becomes.retries ?? 0) ? [] : [`${retries} retries, not ${becomes.retries ?? 0}`]),
    ...aboutWaits(events),
    ...(count(events, "model.started") === asked ? [] : [`${count(events, "model.started")} model calls and ${asked} requests`]),
  ];
  if (becomes.end === "failed") {
    const words = String(data.error);
    return [
      ...expected,
      ...(data.code === becomes.code ? [] : [`failed with ${data.code} (${words}), not ${becomes.code}`]),
      ...(becomes.words && !becomes.words.test(words) ? [`says: ${words}`] : []),
      ...(/[<>]|undefined|\[object|internal/i.test(words) ? [`says: ${words}`] : []),
      ...(last.metadata?.error && textOf(last).includes(words) ? [] : ["no message says what went wrong"]),
      ...(own.filter(({ role }) => role === "assistant").length === 1 ? [] : ["a partial answer became a message"]),
    ];
  }
  const tools = events.flatMap((event) => (event.type === "tool.completed" ? [event.data.status] : []));
  return [
    ...expected,
    ...(data.finish_reason === (becomes.finish ?? "stop") ? [] : [`finished with ${data.finish_reason}`]),
    ...(becomes.says === undefined || textOf(last).includes(becomes.says) ? [] : [`says ${JSON.stringify(textOf(last).slice(0, 200))}`]),
    ...(becomes.says !== undefined || (becomes.retries ?? 0) === 0 || textOf(last) === WELL ? [] : [`says ${textOf(last).slice(0, 100)}`]),
    ...(String(tools.toSorted()) === String((becomes.tools ?? []).toSorted()) ? [] : [`tools ended ${tools}, not ${becomes.tools ?? []}`]),
    ...(becomes.modelCalls === undefined || asked === becomes.modelCalls ? [] : [`${asked} model calls`]),
    ...(own.some((message) => textOf(message).includes(PARTIAL)) ? ["a partial answer became a message"] : []),
  ];
}

/** Between tries: 0.5, 1 and 2 s, give or take a quarter, or longer where the provider asked for it. */
function aboutWaits(events: readonly StreamedEvent[]): string[] {
  return events
    .filter(({ type }) => type === "model.retrying")
    .flatMap(({ data }, index) => {
      const least = 500 * 2 ** index * 0.75;
      const delay = Number(data.delay_ms);
      return delay >= least && delay <= Math.max(least * 1.7, 2100) ? [] : [`wait ${index + 1} was ${delay} ms`];
    });
}

/** Every call of a kept answer is answered, once, as an event and as a message. */
function aboutCalls(events: readonly StreamedEvent[], own: readonly Message[]): string[] {
  const calls = own.flatMap(({ content }) => content.filter((part): part is ToolCallPart => part.type === "tool_call"));
  const ids = calls.map(({ id }) => id);
  return [
    ...(new Set(ids).size === ids.length ? [] : ["two calls have one id"]),
    ...ids.flatMap((id) => {
      const ends = events.filter(({ type, data }) => type === "tool.completed" && data.tool_call_id === id).length;
      const results = own.filter(({ role, tool_call_id }) => role === "tool_result" && tool_call_id === id).length;
      return ends === 1 && results === 1 ? [] : [`a call has ${ends} ends and ${results} results`];
    }),
  ];
}
