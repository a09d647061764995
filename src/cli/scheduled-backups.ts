import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "@/config";
import type { Logger } from "@/platform/logger";

const NAME = /^everruns-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d)Z\.db$/;
const HOUR_MS = 3_600_000;
/** A backup that failed is tried again after this long, a full disk or none. */
const RETRY_MS = 10 * 60_000;

type Schedule = { stop(): void };

/**
 * Makes a backup into `<data>/backups` every so many hours, counted from the newest one there, and keeps the newest few.
 * Each is made by a process of its own, so that no request waits for it.
 */
export function scheduleBackups({ dataDir, backupEveryHours, backupKeep }: Config, logger: Logger): Schedule {
  if (backupEveryHours === 0) return { stop: () => {} };
  const folder = join(dataDir, "backups");
  let timer: Timer | undefined;
  let isStopped = false;

  const plan = (ms: number) => {
    // A longer timer than this would fire at once; waking early only means planning again.
    if (!isStopped) timer = setTimeout(tick, Math.min(ms, 24 * HOUR_MS));
  };

  async function tick(): Promise<void> {
    const everyMs = backupEveryHours * HOUR_MS;
    const wait = (newestIn(folder) ?? 0) + everyMs - Date.now();
    // A newest that lies ahead was made before the clock was set back: it must not put off the next.
    if (wait > 0 && wait <= everyMs) return plan(wait);
    const name = `everruns-${new Date().toISOString().slice(0, 19).replaceAll(":", "-")}Z.db`;
    const words = await makeBackup(name).catch(String);
    if (words !== null) {
      logger.error({ words }, "the scheduled backup failed; it is tried again");
      return plan(RETRY_MS);
    }
    logger.info({ file: join(folder, name) }, "backed up");
    removeCutShort(folder);
    const older = backupsIn(folder).filter((other) => other !== name);
    for (const old of older.slice(0, Math.max(0, older.length - backupKeep + 1))) rmSync(join(folder, old), { force: true });
    plan(everyMs);
  }

  /** What went wrong, in words; null when nothing did. */
  async function makeBackup(name: string): Promise<string | null> {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const backup = Bun.spawn([...ownCommand(), "backup", join(folder, name), "--data-dir", dataDir], {
      stdout: "ignore",
      stderr: "pipe",
      env: process.env,
    });
    const [code, words] = await Promise.all([backup.exited, new Response(backup.stderr).text()]);
    return code === 0 ? null : words.trim();
  }

  plan(0);
  return {
    stop(): void {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

/** Oldest first; files of other names are somebody else's. */
function backupsIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => NAME.test(name))
      .sort();
  } catch {
    return [];
  }
}

/** What the end of the machine or of the process left half made: under a name of its own each time, it would fill the disk. */
function removeCutShort(folder: string): void {
  const isCutShort = (name: string) => /\.unfinished(-journal)?$/.test(name) && NAME.test(name.replace(/\.unfinished.*$/, ""));
  for (const name of readdirSync(folder).filter(isCutShort)) rmSync(join(folder, name), { force: true });
}

function newestIn(folder: string): number | undefined {
  const [, time] = NAME.exec(backupsIn(folder).at(-1) ?? "") ?? [];
  return time === undefined ? undefined : Date.parse(`${time.slice(0, 11)}${time.slice(11).replaceAll("-", ":")}Z`);
}

/** How to run this very program again: an executable runs itself, a source tree needs its main file. */
function ownCommand(): string[] {
  const isExecutable = Bun.main.startsWith("/$bunfs/") || Bun.main.includes("~BUN");
  return isExecutable ? [process.execPath] : [process.execPath, "run", Bun.main];
}
