import { type AppOptions, createApp } from "@/app";
import type { Config } from "@/config";
import { listeningUrlOf, publicUrlOf } from "@/config/public-url";
import { StartRefused } from "@/platform/app-error";
import type { Guard } from "@/server/guard";

export type Running = {
  /** With the port that was really taken. */
  url: string;
  port: number;
  /** Where the first account is made, on a server that others reach and that has none; works once, for half an hour. */
  setupLink: string | undefined;
  /** Hands over what runs and closes everything; `graceMs` bounds the wait. */
  stop(graceMs?: number): Promise<void>;
};

/** So long the last answers have to reach clients that are slow to read. */
const LAST_WORDS_MS = 500;

/** Builds the app and opens its socket. Resolves once it answers. Throws `StartRefused`. */
export async function startServer(options: AppOptions): Promise<Running> {
  const app = await createApp(options);
  try {
    const server = listen(options.config, app.fetch);
    app.listensOn(server.port!);
    const url = listeningUrlOf(options.config.host, server.port!);
    const { setupToken } = await app.start();
    return {
      url,
      port: server.port!,
      setupLink: setupToken === null ? undefined : `${publicUrlOf(options.config, server.port!)}/setup?token=${setupToken}`,
      async stop(graceMs) {
        await app.stop(graceMs);
        await Promise.race([server.stop(), Bun.sleep(LAST_WORDS_MS)]);
        await server.stop(true);
      },
    };
  } catch (error) {
    await app.stop(0);
    throw error;
  }
}

function listen({ host, port }: Config, fetch: Guard) {
  try {
    return Bun.serve({
      hostname: host,
      port,
      fetch: (request, server) => fetch(request, server.requestIP(request)?.address ?? null),
      // Streams may be silent for as long as a model thinks, so no connection is closed for being idle.
      idleTimeout: 0,
      reusePort: false,
      // Bun's own refusal has no words; the guard and the parser limit bodies before they are kept.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      // Else an error that nobody caught would be shown with its stack and this machine's paths.
      development: false,
    });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "unknown error";
    if (code === "EADDRINUSE")
      throw new StartRefused(`Port ${port} is taken by another program. Stop it, or choose another port with --port.`);
    throw new StartRefused(`The server can't listen on ${host}, port ${port} (${code}). Choose another address with --host and --port.`);
  }
}
