import { readFileSync } from "node:fs";
import { readConfig } from "@/config";
import { StartRefused } from "@/platform/app-error";
import { environment } from "../environment";
import { WrongUsage } from "../usage";
import { type Api, createApi } from "./api";
import { findRunning } from "./running-server";

/** What every command has that talks to a server. */
export const CONNECTION = {
  url: { type: "string", description: "the server's address; else EVERRUNS_URL, else the one that runs on the data folder" },
  "data-dir": { type: "string", description: "folder in which a running server is looked for" },
  json: { type: "boolean", description: "print JSON" },
} as const;

export type ConnectionArgs = { url?: string | undefined; "data-dir"?: string | undefined };

/** Where accounts are needed, `EVERRUNS_API_KEY` or the file `EVERRUNS_API_KEY_FILE` holds a key: on a command line others could read it. */
export function connect(args: ConnectionArgs): Api {
  const { env } = process;
  const url = args.url ?? env.EVERRUNS_URL ?? localUrl(args["data-dir"]);
  if (!URL.canParse(url) || !/^https?:/.test(url)) throw new WrongUsage("The server's address must begin with http:// or https://");
  return createApi(url.replace(/\/+$/, ""), env.EVERRUNS_API_KEY ?? keyIn(env.EVERRUNS_API_KEY_FILE));
}

function localUrl(given: string | undefined): string {
  const { DATA_DIR, PORT } = environment();
  // Only the folder and the port matter here: another setting of the server that is wrong is not this command's business.
  const { dataDir, port } = readConfig({ dataDir: given }, { DATA_DIR, PORT });
  return findRunning(dataDir)?.url ?? `http://localhost:${port}`;
}

function keyIn(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    throw new StartRefused("EVERRUNS_API_KEY_FILE names a file that can't be read.");
  }
}
