import { resolve } from "node:path";
import { defineCommand } from "citty";
import { createApp } from "@/app";
import { type Config, readConfig, SETTINGS } from "@/config";
import { StartRefused } from "@/platform/app-error";
import { createLogger } from "@/platform/logger";
import { MAX_BODY_BYTES } from "@/server/guard";
import { VERSION } from "@/version";

const variables = SETTINGS.map(({ variable, fallback, meaning }) => `  ${variable.padEnd(33)}${meaning}${fallback === "" ? "" : ` (${fallback})`}`).join("\n");

export const serve = defineCommand({
  meta: { name: "serve", description: `Start the server.\n\nVariables (a flag wins over them):\n${variables}` },
  args: {
    host: { type: "string", description: "address to listen on" },
    port: { type: "string", description: "port to listen on; 0 takes a free one" },
    "data-dir": { type: "string", description: "folder of the database and the keys" },
    "log-level": { type: "string", description: "how much is logged" },
  },
  async run({ args }) {
    const config = readConfig({ host: args.host, port: args.port, dataDir: args["data-dir"], logLevel: args["log-level"] }, process.env);
    await runServer(config);
  },
});

/** Resolves once the server answers; the process then lives until it is told to stop. */
async function runServer(config: Config): Promise<void> {
  const logger = createLogger({ level: config.logLevel, pretty: process.stderr.isTTY === true });
  const app = await createApp({ config, logger });
  const server = listen(config, app.fetch);
  app.listensOn(server.port!);
  await app.start();
  process.stdout.write(banner(config, server.port!));

  let isStopping = false;
  const stop = async (signal: string) => {
    if (isStopping) process.exit(1);
    isStopping = true;
    logger.info({ signal }, "stopping: running turns are handed over; once more stops at once");
    await app.stop();
    await server.stop(true);
    process.exit(0);
  };
  process.on("SIGINT", () => void stop("SIGINT"));
  process.on("SIGTERM", () => void stop("SIGTERM"));
}

function listen({ host, port }: Config, fetch: (request: Request) => Promise<Response>) {
  try {
    // Streams may be silent for as long as a model thinks, so no connection is closed for being idle.
    return Bun.serve({ hostname: host, port, fetch, idleTimeout: 0, reusePort: false, maxRequestBodySize: MAX_BODY_BYTES });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE")
      throw new StartRefused(`Port ${port} is taken by another program. Stop it, or choose another port with --port.`);
    throw error;
  }
}

function banner({ host, dataDir, authMode }: Config, port: number): string {
  const shownHost = host === "127.0.0.1" || host === "0.0.0.0" ? "localhost" : host.includes(":") ? `[${host}]` : host;
  const address = `http://${shownHost}:${port}`;
  return `
  Everruns ${VERSION}

  Open      ${address}/
  API       ${address}/swagger-ui/
  Data      ${resolve(dataDir)}
  Accounts  ${authMode === "none" ? "none: whoever uses this machine is the admin" : authMode}

`;
}
