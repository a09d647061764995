import { readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

/** For whoever cannot start with this database: which file of `backups/` beside it is the newest, in words. */
export function sayNewestBackup(database: string): string {
  const folder = join(dirname(database), "backups");
  const [newest] = backupsIn(folder).toSorted((one, other) => other.at - one.at);
  return newest ? `The newest backup is ${newest.file}.` : `There is no backup in ${folder}.`;
}

function backupsIn(folder: string): { file: string; at: number }[] {
  try {
    const files = readdirSync(folder).filter((name) => name.endsWith(".db"));
    return files.map((name) => ({ file: join(folder, name), at: statSync(join(folder, name)).mtimeMs }));
  } catch {
    return [];
  }
}
