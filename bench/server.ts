import { median, round } from "./measure";

export type Server = { url: string; pid: number; startMs: number; stop(): Promise<void> };

/** Starts the executable on a folder, and counts the milliseconds until it answers. */
export async function startServer(executable: string, folder: string): Promise<Server> {
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  const begun = performance.now();
  const child = Bun.spawn([executable, "serve"], {
    cwd: folder,
    env: { HOME: folder, PATH: "/usr/bin:/bin", PORT: String(port), DATA_DIR: folder, LOG_LEVEL: "warn" },
    stdout: "ignore",
    stderr: "inherit",
  });
  while (!(await answers(url))) {
    if (child.exitCode !== null) throw new Error(`The server ended with exit code ${child.exitCode} before it answered`);
    await Bun.sleep(1);
  }
  const startMs = performance.now() - begun;
  return {
    url,
    pid: child.pid,
    startMs,
    async stop() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

export async function medianStartMs(executable: string, folders: readonly string[]): Promise<number> {
  const starts: number[] = [];
  for (const folder of folders) {
    const server = await startServer(executable, folder);
    starts.push(server.startMs);
    await server.stop();
  }
  return round(median(starts));
}

const answers = (url: string): Promise<boolean> =>
  fetch(`${url}/health`).then(
    ({ ok }) => ok,
    () => false,
  );

function freePort(): number {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = listener;
  listener.stop(true);
  return port;
}
