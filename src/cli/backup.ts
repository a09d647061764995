import { mkdtempSync, rmSync } from "node:fs";
import { constants, setPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { defineCommand } from "citty";
import { readConfig } from "@/config";
import { backupDatabase } from "@/database/backup-database";
import { environment } from "./environment";

export const backup = defineCommand({
  meta: {
    name: "backup",
    description: "Write a checked copy of the database, also while the server runs. Keep secrets.key of the data folder with it.",
  },
  args: {
    file: { type: "positional", required: true, description: "file to write; - writes to stdout" },
    "data-dir": { type: "string", description: "folder of the database" },
  },
  async run({ args }) {
    const { dataDir } = readConfig({ dataDir: args["data-dir"] }, environment());
    const database = join(dataDir, "everruns.db");
    // A copy has time; the server beside it has people who wait.
    setPriority(constants.priority.PRIORITY_LOW);
    if (args.file !== "-") {
      backupDatabase(database, args.file);
      process.stderr.write(`Backed up to ${args.file}\n`);
      return;
    }
    const folder = mkdtempSync(join(tmpdir(), "everruns-backup-"));
    try {
      const copy = join(folder, "everruns.db");
      backupDatabase(database, copy);
      await Bun.write(Bun.stdout, Bun.file(copy));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
});
