import { type AppOptions, createApp } from "@/app";
import type { Config } from "@/config";
import { StartRefused } from "@/platform/app-error";

export type Running = {
  /** With the port that was really taken. */
  url: string;
  port: number;
  /** Hands over what runs and closes everything; `graceMs` bounds the wait. */
  stop(graceMs?: number): Promise<void>;
};

/** Builds the app and opens its socket. Resolves once it answers. Throws `StartRefused`. */
export async function startServer(options: AppOptions): Promise<Running> {
  const app = await createApp(options);
  try {
    const server = listen(options.config, app.fetch);
    app.listensOn(server.port!);
    await app.start();
    return {
      url: `http://${nameOf(options.config.host)}:${server.port}`,
      port: server.port!,
      async stop(graceMs) {
        await app.stop(graceMs);
        await server.stop(true);
      },
    };
  } catch (error) {
    await app.stop(0);
    throw error;
  }
}

function listen({ host, port }: Config, fetch: (request: Request) => Promise<Response>) {
  try {
    return Bun.serve({
      hostname: host,
      port,
      fetch,
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

function nameOf(host: string): string {
  if (host === "127.0.0.1" || host === "0.0.0.0") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
