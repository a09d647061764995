import { z } from "zod";
import { actorOf } from "@/auth/request-actor";
import { CopyFile, FileAddress, FileInfo, GrepFiles as GrepBody, GrepResult, MoveFile } from "@/domain/file";
import { errorAnswer, nothingHere } from "@/http/errors";
import { envelope, listOf } from "@/http/lists";
import { doc, resource } from "@/http/resource";
import { addressOf, type UnderSession } from "@/http/under-session";
import { AppError } from "@/platform/app-error";
import { type FileRouteParts, placeOf } from "./file-routes";
import { toFileInfo } from "./file-store";
import type { GrepFiles } from "./grep-files";

type Parts = FileRouteParts & { grepFiles: GrepFiles };

const GrepResults = listOf("GrepResult", GrepResult)
  .extend({ is_truncated: z.boolean() })
  .meta({ id: "GrepResults", description: "`is_truncated`: there is more than `max_matches`, or the search took too long." });

/** What is done with files beside reading and writing. A file can't be called `/_`, so that these have an address. */
export const fileActionRoutes = (
  { db, eventLog, readFiles, changeFiles, grepFiles, checkSession, once }: Parts,
  { prefix, suffix }: UnderSession,
) =>
  resource(prefix, "files")
    .post(
      "/fs/_/stat",
      ({ params, body, request }) => {
        const actor = actorOf(request);
        const address = addressOf(params);
        return once({ request, actor, body }, 200, function* () {
          yield* checkSession(actor, address);
          return toFileInfo(yield* readFiles.get(address.sessionId, body.path));
        });
      },
      {
        body: FileAddress,
        detail: doc({ operationId: `statFile${suffix}`, summary: "Describe a file or directory", answers: { 200: FileInfo } }),
      },
    )
    .post(
      "/fs/_/move",
      ({ params, body, request }) => {
        const actor = actorOf(request);
        const address = addressOf(params);
        return once({ request, actor, body }, 200, function* (tx) {
          yield* checkSession(actor, address);
          return toFileInfo(yield* changeFiles.move(placeOf(tx, eventLog, address.sessionId), body.src_path, body.dst_path));
        });
      },
      {
        body: MoveFile,
        detail: doc({ operationId: `moveFile${suffix}`, summary: "Move or rename a file or directory", answers: { 200: FileInfo } }),
      },
    )
    .post(
      "/fs/_/copy",
      ({ params, body, request }) => {
        const actor = actorOf(request);
        const address = addressOf(params);
        return once({ request, actor, body }, 201, function* (tx) {
          yield* checkSession(actor, address);
          return toFileInfo(yield* changeFiles.copy(placeOf(tx, eventLog, address.sessionId), body.src_path, body.dst_path));
        });
      },
      {
        body: CopyFile,
        detail: doc({ operationId: `copyFile${suffix}`, summary: "Copy a file or directory", answers: { 201: FileInfo } }),
      },
    )
    .post(
      "/fs/_/grep",
      async ({ params, body, request }) => {
        const actor = actorOf(request);
        const address = addressOf(params);
        await db.read(() => checkSession(actor, address));
        const { results, isTruncated } = await grepFiles(
          {
            sessionId: address.sessionId,
            pattern: body.pattern,
            path: "/",
            pathPattern: body.path_pattern ?? null,
            isCaseSensitive: body.is_case_sensitive,
            maxMatches: body.max_matches,
          },
          request.signal,
        );
        const page = { offset: 0, limit: Math.max(results.length, 1) };
        const answer = { ...envelope({ items: results, total: results.length }, page), is_truncated: isTruncated };
        // biome-ignore lint/correctness/useYield: the script keeps nothing but the answer
        return once({ request, actor, body }, 200, function* () {
          return answer;
        });
      },
      {
        body: GrepBody,
        detail: doc({
          operationId: `grepFiles${suffix}`,
          summary: "Search the text of the files, line by line",
          description:
            "`pattern` is RE2: no look-around and no back-references. `path_pattern` is a glob (`*.md`, `/src/**/*.ts`), or a part of the path.",
          answers: { 200: GrepResults },
        }),
      },
    )
    .get("/fs/_/*", ({ params }) => refuse(params))
    .put("/fs/_/*", ({ params }) => refuse(params))
    .delete("/fs/_/*", ({ params }) => refuse(params));

const ALLOWED = "OPTIONS, POST";

function refuse({ "*": word }: { "*": string }): Response {
  if (!/^(stat|move|copy|grep)$/.test(word)) throw nothingHere();
  return errorAnswer(new AppError("method_not_allowed", `This address answers ${ALLOWED}`), { allow: ALLOWED });
}
