import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { defineCommand } from "citty";
import { readConfig } from "@/config";
import { lockDataFolder } from "@/database/data-folder-lock";
import { restoreDatabase } from "@/database/restore-database";
import { environment } from "./environment";

export const restore = defineCommand({
  meta: {
    name: "restore",
    description: "Put a backup in the place of the database, which is kept under another name. The server must be stopped.",
  },
  args: {
    file: { type: "positional", required: true, description: "backup to restore" },
    "data-dir": { type: "string", description: "folder of the database" },
  },
  run({ args }) {
    const { dataDir } = readConfig({ dataDir: args["data-dir"] }, environment());
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const lock = lockDataFolder(dataDir);
    try {
      const kept = restoreDatabase(args.file, join(dataDir, "everruns.db"), Date.now());
      process.stderr.write(`Restored ${args.file}\n${kept ? `The database before is kept as ${kept}\n` : ""}`);
    } finally {
      lock.release();
    }
  },
});
