import { existsSync } from "node:fs";
import { join } from "node:path";
import { defineCommand } from "citty";
import { readConfig } from "@/config";
import { lockDataFolder } from "@/database/data-folder-lock";
import { openDatabase } from "@/database/open-database";
import { type Resealed, reseal } from "@/database/reseal";
import { StartRefused } from "@/platform/app-error";
import { beginKeyRotation, endKeyRotation } from "@/platform/master-keys";
import { createSecretBox, loadMasterKeys } from "@/platform/secrets";
import { sealedColumns } from "@/sealed-columns";
import { environment } from "./environment";

const rotate = defineCommand({
  meta: {
    name: "rotate",
    description: "Make a new key for kept secrets and seal all of them with it. The server must be stopped.",
  },
  args: { "data-dir": { type: "string", description: "folder of the database and the keys" } },
  async run({ args }) {
    const { dataDir, env } = readConfig({ dataDir: args["data-dir"] }, environment());
    refuseForeignKey(env);
    if (!existsSync(join(dataDir, "everruns.db")))
      throw new StartRefused(`There is no database in the data folder ${dataDir}. Name another with --data-dir.`);
    const lock = lockDataFolder(dataDir);
    try {
      say(await rotateKey(dataDir, env));
    } finally {
      lock.release();
    }
  },
});

export const secrets = defineCommand({
  meta: { name: "secrets", description: "The key of kept secrets" },
  subCommands: { rotate },
});

/** A command can't change the environment that the server is started with. */
function refuseForeignKey(env: Record<string, string | undefined>): void {
  if (!env.SECRETS_ENCRYPTION_KEY && !env.SECRETS_ENCRYPTION_KEY_PREVIOUS) return;
  throw new StartRefused(
    "The key of kept secrets comes from SECRETS_ENCRYPTION_KEY. To rotate it, set SECRETS_ENCRYPTION_KEY to a new key and SECRETS_ENCRYPTION_KEY_PREVIOUS to the one before, and start the server: it seals everything anew and says so. Then leave the second one out.",
  );
}

/** Killed at any point, it loses nothing: the server and the next rotation go on with both keys, until all is sealed with the new one. */
async function rotateKey(dataDir: string, env: Record<string, string | undefined>): Promise<Resealed> {
  const db = openDatabase(join(dataDir, "everruns.db"), Date.now());
  try {
    beginKeyRotation(dataDir);
    const box = createSecretBox(loadMasterKeys(dataDir, env));
    const done = await reseal(db, box, sealedColumns(db.tables));
    endKeyRotation(dataDir);
    return done;
  } finally {
    db.close();
  }
}

function say({ resealed, unreadable }: Resealed): void {
  const lost = unreadable === 0 ? "" : `${unreadable} could not be opened with any key that is here: enter them again.\n`;
  process.stderr.write(
    `Sealed ${resealed} secrets with a new key, which is in secrets.key.\n${lost}Backups from before open with the key before only, which is gone from here: make a new one.\n`,
  );
}
