import { z } from "zod";
import { actorOf } from "@/auth/request-actor";
import type { Database, Script, Tx } from "@/database/database";
import { CreateFile, FileInfo, PutFile, ROOT, readPath, SessionFile } from "@/domain/file";
import type { Actor } from "@/domain/user";
import type { EventLog } from "@/events/event-log";
import { ErrorBody } from "@/http/errors";
import { rawBodyOf } from "@/http/json-body";
import { envelope, listOf, PageQuery, SequenceQuery } from "@/http/lists";
import type { Once } from "@/http/once";
import { doc, resource } from "@/http/resource";
import { addressOf, type SessionAddress, type UnderSession } from "@/http/under-session";
import { invalid } from "@/platform/app-error";
import type { ChangeFiles } from "./change-files";
import type { ChangePlace } from "./change-place";
import { toContent } from "./file-content";
import { download } from "./file-download";
import { type Moment, toFileInfo } from "./file-store";
import { givenContent } from "./given-content";
import type { ReadFiles } from "./read-files";

export const FileList = listOf("FileInfo", FileInfo);

const Recursive = z.enum(["true", "false"]).default("false");
const Query = PageQuery.extend({
  recursive: Recursive,
  at_sequence: SequenceQuery.meta({ description: "As it was after this event of the log" }),
});
const ReadQuery = Query.extend({
  raw: z
    .enum(["true", "false"])
    .default("false")
    .meta({ description: "`true` downloads the bytes; so does `Accept: application/octet-stream`" }),
});
type ReadQuery = z.infer<typeof ReadQuery>;

export type FileRouteParts = {
  db: Database;
  eventLog: EventLog;
  readFiles: ReadFiles;
  changeFiles: ChangeFiles;
  /** Throws unless the session is the caller's. */
  checkSession: (actor: Actor, address: SessionAddress) => Script<unknown>;
  once: Once;
};

/** What a person's change of files goes into: the session's log, outside of any turn. */
export const placeOf = (tx: Tx, eventLog: EventLog, sessionId: string): ChangePlace => ({
  tx,
  sessionId,
  append: (drafts) => eventLog.append(tx, { sessionId, turnId: null }, drafts),
});

/** The files of a session by their paths. */
export function fileRoutes({ db, eventLog, readFiles, changeFiles, checkSession, once }: FileRouteParts, { prefix, suffix }: UnderSession) {
  const list = (actor: Actor, address: SessionAddress, path: string, query: z.infer<typeof Query>) =>
    db.read(function* () {
      yield* checkSession(actor, address);
      const page = yield* readFiles.list(address.sessionId, path, query.recursive === "true", momentOf(query), query);
      return envelope({ items: page.items.map(toFileInfo), total: page.total }, query);
    });

  async function read(request: Request, address: SessionAddress, path: string, query: ReadQuery) {
    const actor = actorOf(request);
    const moment = momentOf(query);
    const row = await db.read(function* () {
      yield* checkSession(actor, address);
      return path === ROOT ? null : yield* readFiles.get(address.sessionId, path, moment);
    });
    if (row === null || row.isDirectory) return list(actor, address, path, query);
    const isRaw = query.raw === "true" || /\bapplication\/octet-stream\b/.test(request.headers.get("accept") ?? "");
    if (!isRaw) return db.read(() => readFiles.file(row));
    const { bytes } = await db.read(() => readFiles.contentOf(row));
    return download(path, bytes);
  }

  return resource(prefix, "files")
    .get("/fs", ({ params, query, request }) => list(actorOf(request), addressOf(params), ROOT, query), {
      query: Query,
      detail: doc({
        operationId: `listFiles${suffix}`,
        summary: "List the topmost directory of a session's files",
        answers: { 200: FileList },
      }),
    })
    .get("/fs/*", ({ params, query, request }) => read(request, addressOf(params), pathOf(params), query), {
      query: ReadQuery,
      detail: doc({
        operationId: `readFile${suffix}`,
        summary: "Read a file, or list a directory",
        description: "`offset`, `limit` and `recursive` are for directories.",
        answers: { 200: z.union([SessionFile, FileList]), 409: ErrorBody },
      }),
    })
    .post(
      "/fs/*",
      ({ params, body, request }) => {
        const actor = actorOf(request);
        const address = addressOf(params);
        const path = pathOf(params);
        const content = givenContent(body);
        return once({ request, actor, body }, 201, function* (tx) {
          yield* checkSession(actor, address);
          const place = placeOf(tx, eventLog, address.sessionId);
          if (body.is_directory === true) return yield* readFiles.file(yield* changeFiles.makeDirectory(place, path));
          const { row } = yield* changeFiles.write(place, { path, content, isReadonly: body.is_readonly ?? undefined, isNewOnly: true });
          return yield* readFiles.file(row);
        });
      },
      {
        body: CreateFile,
        detail: doc({
          operationId: `createFile${suffix}`,
          summary: "Make a file or a directory",
          description: "The directories above it are made too. Refuses to write over what is there (409).",
          answers: { 201: SessionFile },
        }),
      },
    )
    .put(
      "/fs/*",
      async ({ params, body, request, status }) => {
        const actor = actorOf(request);
        const address = addressOf(params);
        const path = pathOf(params);
        const raw = rawBodyOf(request);
        const isReadonly = body.is_readonly ?? undefined;
        const content = raw ? toContent(raw) : body.content == null ? null : givenContent(body);
        return db.transact(function* (tx) {
          yield* checkSession(actor, address);
          const place = placeOf(tx, eventLog, address.sessionId);
          if (content === null && isReadonly === undefined) throw invalid("content is required, or is_readonly");
          if (content === null) return yield* readFiles.file(yield* changeFiles.protect(place, path, isReadonly === true));
          const { row, isNew } = yield* changeFiles.write(place, { path, content, isReadonly });
          const file = raw ? toFileInfo(row) : yield* readFiles.file(row);
          return isNew ? status(201, file) : file;
        });
      },
      {
        body: PutFile,
        detail: doc({
          operationId: `writeFile${suffix}`,
          summary: "Write a file, whether it is there or not",
          description:
            "As JSON, or under any other type the bytes as they are (`curl -T`); then the answer leaves out the content. Without `content`, only `is_readonly` changes.",
          answers: { 200: z.union([SessionFile, FileInfo]), 201: z.union([SessionFile, FileInfo]) },
          takesBytes: true,
        }),
      },
    )
    .delete(
      "/fs/*",
      ({ params, query, request }) => {
        const actor = actorOf(request);
        const address = addressOf(params);
        const path = pathOf(params);
        return db.transact(function* (tx) {
          yield* checkSession(actor, address);
          const isRecursive = query.recursive === "true";
          yield* changeFiles.remove(placeOf(tx, eventLog, address.sessionId), path, { isRecursive, isForced: true });
          return { deleted: true };
        });
      },
      {
        query: z.object({ recursive: Recursive }),
        detail: doc({
          operationId: `deleteFile${suffix}`,
          summary: "Delete a file or a directory",
          answers: { 409: ErrorBody, 200: z.object({ deleted: z.boolean() }).meta({ id: "FileDeleted" }) },
        }),
      },
    );
}

const momentOf = ({ at_sequence }: { at_sequence?: number | undefined }): Moment =>
  at_sequence === undefined ? "now" : { at: at_sequence };

/** The rest of the address, which the router leaves encoded. */
function pathOf(params: { "*": string }): string {
  const read = readPath(decodeURIComponent(params["*"]));
  if ("problem" in read) throw invalid(`path ${read.problem}`);
  return read.path;
}
