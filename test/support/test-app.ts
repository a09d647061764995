import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AppOptions } from "@/app";
import { readConfig } from "@/config";
import { createLogger } from "@/platform/logger";
import { startServer } from "@/start";
import { type Client, createClient } from "./client";

type Options = Partial<Omit<AppOptions, "config">> & { dataDir?: string; env?: Record<string, string> };

export type TestApp = Client & {
  dataDir: string;
  /** Where the first account is made, if that needs a link. */
  setupLink: string | undefined;
  /** Stops the server and keeps its data, for a second one on the same folder. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** The real server on a free port and a folder of its own: `await using app = await testApp()`. */
export async function testApp({ dataDir, env = {}, ...options }: Options = {}): Promise<TestApp> {
  const folder = dataDir ?? mkdtempSync(join(tmpdir(), "everruns-test-"));
  const config = readConfig({ port: "0", dataDir: folder, logLevel: "silent" }, env);
  const server = await startServer({ config, logger: createLogger({ level: "silent", pretty: false }), ...options });
  let isStopped = false;
  const stop = async () => {
    if (!isStopped) await server.stop();
    isStopped = true;
  };
  return {
    ...createClient(server.url),
    dataDir: folder,
    setupLink: server.setupLink,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      if (dataDir === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}
