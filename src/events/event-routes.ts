import { z } from "zod";
import type { HoldRights } from "@/auth/hold-rights";
import { actorOf } from "@/auth/request-actor";
import type { Database, Script } from "@/database/database";
import { Id } from "@/domain/common";
import { type KeptEvent, KeptEvents, ListedEvent, LiveEvents } from "@/domain/event";
import type { Actor } from "@/domain/user";
import { listAnswer, slicesOf } from "@/http/list-answer";
import { listOf, PageQuery, SequenceQuery } from "@/http/lists";
import type { OpenStreams } from "@/http/open-streams";
import { doc, resource } from "@/http/resource";
import { type Frame, sse } from "@/http/sse";
import { addressOf, type SessionAddress, type UnderSession } from "@/http/under-session";
import { invalid } from "@/platform/app-error";
import { toTimestamp } from "@/platform/clock";
import type { EventLog } from "./event-log";
import type { FollowSession } from "./follow-session";
import type { ListEvents } from "./list-events";

const Query = PageQuery.extend({
  after_sequence: SequenceQuery.meta({ description: "Start after this sequence" }),
  since_id: Id.optional().meta({ description: "Start after the event with this id" }),
  types: z.string().max(1000).optional().meta({ description: "Only these types, separated by commas" }),
});
type Query = z.infer<typeof Query>;

const StreamedEvent = z.union([...Object.values(KeptEvents), ...Object.values(LiveEvents)]);

type Parts = {
  db: Database;
  eventLog: EventLog;
  followSession: FollowSession;
  listEvents: ListEvents;
  openStreams: OpenStreams;
  /** Throws unless the caller may read the session. */
  checkSession: (actor: Actor, address: SessionAddress) => Script<unknown>;
  holdRights: HoldRights;
  /** Aborts when the server goes away: streams must end before it can. */
  closing: AbortSignal;
};

export function eventRoutes(
  { db, eventLog, followSession, listEvents, openStreams, checkSession, holdRights, closing }: Parts,
  under: UnderSession,
) {
  async function stream(request: Request, address: SessionAddress, query: Query): Promise<Response> {
    const after = await startOf(request, address, query);
    const left = new AbortController();
    const types = typesOf(query);
    left.signal.addEventListener("abort", openStreams.hold(request), { once: true });
    request.signal.addEventListener("abort", () => left.abort(), { once: true });
    const held = holdRights(actorOf(request), (actor) => db.read(() => checkSession(actor, address)));
    left.signal.addEventListener("abort", held.release, { once: true });
    const signal = AbortSignal.any([left.signal, held.lost, closing]);
    const following = followSession({ sessionId: address.sessionId, after, types, signal });
    return sse(untilDraining(releasing(following, held.release), left.signal), () => left.abort());
  }

  async function* releasing(frames: AsyncGenerator<Frame[]>, release: () => void): AsyncGenerator<Frame[]> {
    try {
      yield* frames;
    } finally {
      release();
    }
  }

  /** Ends with a word to clients when the server goes away, so that they come back at once and do not take it for an error. */
  async function* untilDraining(frames: AsyncGenerator<Frame[]>, left: AbortSignal): AsyncGenerator<Frame[]> {
    yield* frames;
    if (closing.aborted && !left.aborted) yield [{ sequence: null, type: "server.draining", json: "{}" }];
  }

  async function list(request: Request, address: SessionAddress, query: Query) {
    const after = await startOf(request, address, query);
    const { places, total } = await listEvents(address.sessionId, { after, types: typesOf(query) }, query);
    const sizes = await db.read(() => eventLog.sizesOf(db, address.sessionId, places));
    const write = async (slice: readonly number[]) => (await db.read(() => eventLog.at(db, address.sessionId, slice))).map(toListed);
    return listAnswer({ slices: slicesOf(sizes), total, write }, query);
  }

  function startOf(request: Request, address: SessionAddress, query: Query): Promise<number> {
    return db.read(function* () {
      yield* checkSession(actorOf(request), address);
      const lastId = request.headers.get("last-event-id");
      const asked = lastId !== null && /^\d{1,15}$/.test(lastId) ? Number(lastId) : query.after_sequence;
      // A place beyond the end is from before a backup was restored: following from there would be silent until the log grew past it.
      if (asked !== undefined) return Math.min(asked, yield* eventLog.lastSequence(address.sessionId));
      if (query.since_id === undefined) return 0;
      const sequence = yield* eventLog.sequenceOf(db, address.sessionId, query.since_id);
      if (sequence === null) throw invalid("since_id names no event of this session");
      return sequence;
    });
  }

  const streamDoc = (operationId: string, summary: string) =>
    doc({
      operationId: operationId + under.suffix,
      summary,
      description:
        "Replays the log after `Last-Event-ID` (or `after_sequence`, or `since_id`), then follows it. `id:` is the sequence; live deltas have none. With `Accept: application/json` the answer is the list.",
      answers: { 200: { description: "Server-sent events", contentType: "text/event-stream", schema: StreamedEvent } },
    });

  return resource(under.prefix, "events")
    .get(
      "/events",
      ({ params, query, request }) => {
        const wantsJson = /\bapplication\/json\b/.test(request.headers.get("accept") ?? "");
        return wantsJson ? list(request, addressOf(params), query) : stream(request, addressOf(params), query);
      },
      { query: Query, detail: streamDoc("streamEvents", "Follow a session's events") },
    )
    .get("/sse", ({ params, query, request }) => stream(request, addressOf(params), query), {
      query: Query,
      detail: streamDoc("streamEventsSse", "Follow a session's events (another name)"),
    })
    .get("/events/list", ({ params, query, request }) => list(request, addressOf(params), query), {
      query: Query,
      detail: doc({
        operationId: `listEvents${under.suffix}`,
        summary: "List a session's events by sequence",
        answers: { 200: listOf("Event", ListedEvent) },
      }),
    });
}

function typesOf({ types }: Query): ReadonlySet<string> | null {
  if (types === undefined) return null;
  const names = types.split(",").map((name) => name.trim());
  const known = new Set([...Object.keys(KeptEvents), ...Object.keys(LiveEvents)]);
  if (!names.every((name) => known.has(name))) throw invalid("types has a name that is no event's");
  return new Set(names);
}

/** Made of the event's data as it is kept: it is not read only to be written again. */
function toListed({ id, session_id, turn_id, sequence, type, json, created_at }: KeptEvent): string {
  const place = JSON.stringify({ id, session_id, turn_id, sequence, event_type: type });
  return `${place.slice(0, -1)},"data":${json},"created_at":"${toTimestamp(created_at)}"}`;
}
