import { join, resolve } from "node:path";
import { defineCommand } from "citty";
import { type Config, readConfig } from "@/config";
import { isDamage } from "@/database/damage";
import { refusalFor } from "@/database/open-database";
import { createLogger } from "@/platform/logger";
import { surviveStrayFailures } from "@/platform/stray-failures";
import { type Running, startServer } from "@/start";
import { VERSION } from "@/version";
import { tellRunning, tellStopped } from "./client/running-server";
import { environment } from "./environment";
import { scheduleBackups } from "./scheduled-backups";

export const serve = defineCommand({
  meta: { name: "serve", description: "Start the server" },
  args: {
    host: { type: "string", description: "address to listen on" },
    port: { type: "string", description: "port to listen on; 0 takes a free one" },
    "data-dir": { type: "string", description: "folder of the database and the keys" },
    "log-level": { type: "string", description: "how much is logged" },
  },
  async run({ args }) {
    const config = readConfig({ host: args.host, port: args.port, dataDir: args["data-dir"], logLevel: args["log-level"] }, environment());
    await runServer(config);
  },
});

/** Resolves once the server answers; the process then lives until it is told to stop. */
async function runServer(config: Config): Promise<void> {
  const logger = createLogger({ level: config.logLevel, pretty: process.stderr.isTTY === true });
  surviveStrayFailures(logger);
  const server = await startServer({ config, logger }).catch((error) => {
    throw isDamage(error) ? refusalFor(join(config.dataDir, "everruns.db"), error) : error;
  });
  tellRunning(config.dataDir, { url: server.url, pid: process.pid, version: VERSION });
  const backups = scheduleBackups(config, logger);

  let isStopping = false;
  const stop = async (signal: string) => {
    if (isStopping) process.exit(1);
    isStopping = true;
    logger.info({ signal }, "stopping: running turns are handed over; once more stops at once");
    backups.stop();
    tellStopped(config.dataDir);
    await server.stop();
    process.exit(0);
  };
  process.on("SIGINT", () => void stop("SIGINT"));
  process.on("SIGTERM", () => void stop("SIGTERM"));
  // Last: whoever reads it may send a signal at once.
  process.stdout.write(banner(config, server));
}

function banner({ dataDir, authMode }: Config, { url, setupLink }: Running): string {
  const setup =
    setupLink === undefined
      ? ""
      : `  Set up    ${setupLink}\n            makes the first account, an admin's; works once, for 30 minutes\n`;
  return `
  Everruns ${VERSION}

  Open      ${url}/
  API       ${url}/swagger-ui/
${setup}  Data      ${resolve(dataDir)}
  Accounts  ${authMode === "none" ? "none: whoever uses this machine is the admin" : authMode}

`;
}
