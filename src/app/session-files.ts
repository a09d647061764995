import { fileSystem } from "@/capabilities/file-system";
import type { Config } from "@/config";
import type { Database } from "@/database/database";
import { createChangeFiles } from "@/files/change-files";
import { createContentStore } from "@/files/content-store";
import { fileActionRoutes } from "@/files/file-action-routes";
import { fileLimitsOf } from "@/files/file-limits";
import { type FileRouteParts, fileRoutes } from "@/files/file-routes";
import { createFileStore } from "@/files/file-store";
import { createGrepFiles } from "@/files/grep-files";
import { createReadFiles } from "@/files/read-files";
import { createReleaseFiles } from "@/files/release-files";
import type { UnderSession } from "@/http/under-session";
import type { Clock } from "@/platform/clock";
import type { Logger } from "@/platform/logger";

type Parts = { db: Database; clock: Clock; config: Config; logger: Logger; stopped: AbortSignal };

type RouteParts = Pick<FileRouteParts, "eventLog" | "checkSession" | "once">;

/** Everything about the files of sessions. Reads from top to bottom, as `app.ts` does. */
export function createSessionFiles({ db, clock, config, logger, stopped }: Parts) {
  const files = createFileStore(db);
  const contents = createContentStore(db);
  const changeFiles = createChangeFiles({ files, contents, limits: fileLimitsOf(config.files), clock });
  const readFiles = createReadFiles({ db, files, contents });
  const grepFiles = createGrepFiles({ db, files, contents });
  const release = createReleaseFiles({ db, files, contents, stopped, logger });

  return {
    files,
    readFiles,
    changeFiles,
    capability: fileSystem({ db, files, readFiles, changeFiles, grepFiles }),
    releaseOf: release.ofSession,
    releaseSomeOf: release.someOfSession,
    releaseUnused: release.unused,
    routes: (parts: RouteParts, under: UnderSession) => [
      fileRoutes({ db, readFiles, changeFiles, ...parts }, under),
      fileActionRoutes({ db, readFiles, changeFiles, grepFiles, ...parts }, under),
    ],
  };
}
