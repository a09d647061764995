import type { KeptEventType } from "@/domain/event";
import type { Message, ToolCallPart } from "@/domain/message";
import type { Turn } from "@/domain/turn";
import { hashOf } from "./reader";
import type { Conversation } from "./user";

export type Listed = { id: string; turn_id: string | null; sequence: number; event_type: KeptEventType; data: Data; created_at: string };
type Data = { [name: string]: unknown };

export type Told = { isThere: boolean; log: Listed[]; turns: Turn[]; messages: Message[]; ledger: ReadonlyMap<string, number> };

const ENDS = ["turn.completed", "turn.failed", "turn.cancelled"];

/** The only ways in which a turn of these conversations may fail: it crashed the server too often, or its provider did not recover. */
const FAILURES = ["crash_loop", "overloaded"];

/** What is wrong with a drained session, in words; nothing when every promise was held. */
export function complaintsAbout(conversation: Conversation, told: Told): string[] {
  const turnIds = [...new Set(told.log.flatMap(({ turn_id }) => turn_id ?? []))];
  const complaints = [
    ...(told.isThere ? [] : ["was acknowledged and is lost"]),
    ...aboutNumbers(told),
    ...aboutMessages(conversation, told),
    ...aboutReaders(conversation, told),
    ...aboutActivity(told),
    ...told.turns.filter(({ id }) => !turnIds.includes(id)).map(({ id }) => `turn ${id} is not in the log`),
    ...turnIds.flatMap((id) => aboutTurn(id, told)),
    ...turnIds.flatMap((id) => aboutCalls(id, told)),
  ];
  return complaints.map((complaint) => `session ${conversation.path.split("/").at(-1)}: ${complaint}`);
}

const aboutNumbers = ({ log, messages }: Told): string[] => [
  ...log.flatMap(({ sequence }, index) => (sequence === index + 1 ? [] : [`event ${index + 1} has the sequence ${sequence}`])),
  ...(new Set(log.map(({ id }) => id)).size === log.length ? [] : ["two events have one id"]),
  ...(JSON.stringify(messages.map(({ id }) => id)) ===
  JSON.stringify(log.filter(({ event_type }) => event_type.startsWith("message.")).map(({ id }) => id))
    ? []
    : ["the messages are not those of the log"]),
];

function aboutMessages({ acknowledged }: Conversation, { log }: Told): string[] {
  const kept = log.filter(({ event_type }) => event_type === "message.user");
  const keyOf = ({ data }: Listed) => (data.metadata as { key?: string } | null)?.key ?? "";
  const strangers = kept.filter((event) => !acknowledged.has(keyOf(event))).map((event) => `${keyOf(event)} was never acknowledged`);
  const wrong = [...acknowledged].flatMap(([key, message]) => {
    const found = kept.filter((event) => keyOf(event) === key);
    if (found.length === 0) return [`${key} was acknowledged and is lost`];
    if (found.length > 1) return [`${key} is there ${found.length} times`];
    const { id, sequence, turn_id } = found[0]!;
    const isSame = id === message.id && sequence === message.sequence && turn_id === message.turn_id;
    return isSame ? [] : [`${key} is not as it was acknowledged`];
  });
  return [...strangers, ...wrong];
}

function aboutReaders({ readers }: Conversation, { log }: Told): string[] {
  const expected = log.map(({ sequence, event_type, data }) => `${sequence} ${event_type} ${hashOf(data)}`);
  return readers.flatMap(({ seen }, index) => {
    const read = seen.map(({ sequence, type, hash }) => `${sequence} ${type} ${hash}`);
    const place = expected.findIndex((line, at) => line !== read[at]);
    if (place < 0 && read.length === expected.length) return [];
    const at = place < 0 ? expected.length : place;
    return [`reader ${index + 1} read ${read[at] ?? "nothing"} where the log has ${expected[at] ?? "its end"} (${read.length} read)`];
  });
}

function aboutActivity({ log }: Told): string[] {
  let active: string | null = null;
  let status: unknown = "pending";
  return log.flatMap(({ event_type, turn_id, sequence, data }) => {
    const wasActive = active;
    if (event_type === "session.updated") status = data.status ?? status;
    if (event_type === "turn.started") active = turn_id;
    if (ENDS.includes(event_type) && turn_id === active) active = null;
    if (event_type !== "turn.started") return [];
    return [
      ...(wasActive === null ? [] : [`two turns are active at ${sequence}`]),
      ...(status === "running" ? [] : [`a turn starts at ${sequence} and the session is told to be ${status}`]),
    ];
  });
}

function aboutTurn(id: string, { log, turns }: Told): string[] {
  const turn = turns.find((each) => each.id === id);
  const own = log.filter(({ turn_id }) => turn_id === id);
  const ends = own.filter(({ event_type }) => ENDS.includes(event_type));
  if (!turn) return [`turn ${id} has events and is not listed`];
  if (turn.finished_at === null) return [`turn ${id} is stuck: ${turn.status} after ${own.at(-1)?.event_type}`];
  if (ends.length !== 1) return [`turn ${id} has ${ends.length} ends`];
  const [end] = ends;
  if (end!.event_type !== `turn.${turn.status}`) return [`turn ${id} is ${turn.status} and its log says ${end!.event_type}`];

  const lastMessage = own.findLast(({ event_type }) => event_type.startsWith("message."));
  const after = own.slice(own.indexOf(end!) + 1).filter(({ event_type }) => event_type !== "session.updated");
  return [
    ...(after.length > 0 ? [`turn ${id} goes on after its end: ${after[0]!.event_type}`] : []),
    ...(turn.status === "completed" && lastMessage?.event_type !== "message.assistant" ? [`turn ${id} ends without an answer`] : []),
    ...(turn.error?.code === "crash_loop" && crashesAtTheEnd(own) < 3 ? [`turn ${id} was given up too early`] : []),
    ...(turn.status === "failed" && !FAILURES.includes(turn.error?.code ?? "") ? [`turn ${id} failed: ${turn.error?.code}`] : []),
  ];
}

/** How often the server crashed since the turn last got on: a message, or a tool that came to its end. The end's own events do not count. */
function crashesAtTheEnd(own: readonly Listed[]): number {
  const isCrash = ({ event_type, data }: Listed) => event_type === "turn.resumed" && data.after === "crash";
  const lastCrash = own.findLastIndex(isCrash);
  const before = own.slice(0, lastCrash + 1);
  const progress = before.findLastIndex(({ event_type }) => event_type.startsWith("message.") || event_type === "tool.completed");
  return before.slice(progress + 1).filter(isCrash).length;
}

type Call = ToolCallPart & { turnId: string; own: readonly Listed[] };

function aboutCalls(turnId: string, { log, ledger }: Told): string[] {
  const own = log.filter(({ turn_id }) => turn_id === turnId);
  const calls = own.flatMap(({ event_type, data }) =>
    event_type === "message.assistant" ? (data.content as ToolCallPart[]).filter(({ type }) => type === "tool_call") : [],
  );
  const known = new Set(calls.map(({ id }) => id));
  const strays = own.filter(({ event_type, data }) => /^tool\.|tool_result$/.test(event_type) && !known.has(data.tool_call_id as string));
  return [
    ...strays.map(({ event_type, sequence }) => `${event_type} at ${sequence} belongs to no call`),
    ...calls.flatMap((call) => aboutCall({ ...call, turnId, own }, ledger)),
  ];
}

function aboutCall({ id, name, arguments: input, turnId, own }: Call, ledger: ReadonlyMap<string, number>): string[] {
  const about = (type: KeptEventType) => own.filter(({ event_type, data }) => event_type === type && data.tool_call_id === id);
  const starts = about("tool.started");
  const ends = about("tool.completed");
  const results = about("message.tool_result");
  const say = (what: string) => `call ${turnId}/${id} of ${name} ${what}`;
  const [start] = starts;
  const [end] = ends;
  if (ends.length !== 1 || results.length !== 1) return [say(`has ${ends.length} ends and ${results.length} results`)];
  if (starts.length > 1) return [say(`was started ${starts.length} times`)];
  if (start && start.sequence > end!.sequence) return [say("ended before it was started")];

  const { status } = end!.data;
  const { ref, path } = input as { ref?: number; path?: string };
  const effects = ledger.get(`${name} ${ref}`) ?? 0;
  const writes = own.filter(({ event_type, data }) => event_type === "file.changed" && data.path === path).length;
  const hasLedger = name === "charge" || name === "book";
  const isUnsafe = name === "charge";
  const wasCutShort = own.some(
    ({ event_type, sequence }) => event_type === "turn.resumed" && start && sequence > start.sequence && sequence < end!.sequence,
  );
  return [
    ...(isUnsafe && effects > 1 ? [say(`took effect ${effects} times`)] : []),
    ...(hasLedger && status === "ok" && effects === 0 ? [say("is ok and took no effect")] : []),
    ...(effects > 0 && !start ? [say("took effect before its start was kept")] : []),
    ...(isUnsafe && effects > 0 && status === "error" ? [say("took effect and says that it did not")] : []),
    ...(name === "write_file" && writes !== (status === "ok" ? 1 : 0) ? [say(`is ${status} and took effect ${writes} times`)] : []),
    ...(isUnsafe && wasCutShort && status !== "interrupted" ? [say(`was cut short and is marked ${status}`)] : []),
  ];
}
