import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { certificateFor } from "./test-certificate";

const DOCUMENTED = resolve(import.meta.dir, "../../docs/behind-a-proxy.md");

/** The name that the documentation uses for somebody's own server. */
export const PUBLIC_NAME = "agents.example.com";

const LONGEST_START_MS = 10_000;

/** Debian's nginx with the configuration of the documentation, on a free port: `await using nginx = createNginx()`. */
export function createNginx() {
  const folder = mkdtempSync(join(tmpdir(), "everruns-nginx-"));
  const certificate = certificateFor(PUBLIC_NAME);
  const port = freePort();
  let child: ReturnType<typeof Bun.spawn> | undefined;

  return {
    port,
    url: `https://${PUBLIC_NAME}:${port}`,
    authority: certificate.authority,
    /** Starts it in front of a server of this machine, and resolves once it answers. */
    async forwardTo(server: string): Promise<void> {
      writeFileSync(join(folder, "nginx.conf"), configuration(folder, port, certificate.folder, server));
      child = Bun.spawn([nginxPath(), "-p", folder, "-c", join(folder, "nginx.conf"), "-e", "stderr"], {
        stdout: "ignore",
        stderr: "pipe",
      });
      const words = new Response(child.stderr as ReadableStream).text();
      const until = performance.now() + LONGEST_START_MS;
      while (!(await answers(port))) {
        if (child.exitCode !== null || performance.now() > until) throw new Error(`nginx did not start: ${await words}`);
        await Bun.sleep(20);
      }
    },
    async [Symbol.asyncDispose]() {
      child?.kill("SIGTERM");
      await child?.exited;
      for (const path of [folder, certificate.folder]) rmSync(path, { recursive: true, force: true });
    },
  };
}

/** What the documentation says, with this machine's ports and files, in what Debian has around it. */
function configuration(folder: string, port: number, certificates: string, server: string): string {
  const documented = /```nginx\n([\s\S]*?)```/.exec(readFileSync(DOCUMENTED, "utf8"))![1]!;
  const changes: [from: RegExp, to: string][] = [
    [/listen 443/, `listen 127.0.0.1:${port}`],
    [/\/etc\/letsencrypt\/\S+\/fullchain\.pem/, join(certificates, "own.pem")],
    [/\/etc\/letsencrypt\/\S+\/privkey\.pem/, join(certificates, "own.key")],
    [/http:\/\/127\.0\.0\.1:9000/, server],
  ];
  const site = changes.reduce((text, [from, to]) => {
    if (!from.test(text)) throw new Error(`The documentation has no ${from}`);
    return text.replace(from, to);
  }, documented);
  mkdirSync(join(folder, "temp"));
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${join(folder, "temp", name)};`);
  const main = ["daemon off;", `pid ${join(folder, "nginx.pid")};`, "worker_processes 1;", "events {}"];
  if (process.getuid?.() === 0) main.unshift("user root;");
  return [...main, "http {", "access_log off;", ...temporary, site, "}", ""].join("\n");
}

/** Debian puts it where only root looks for programs. */
const nginxPath = (): string => Bun.which("nginx") ?? (existsSync("/usr/sbin/nginx") ? "/usr/sbin/nginx" : "nginx");

function freePort(): number {
  const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = server;
  server.stop(true);
  return port;
}

const answers = (port: number): Promise<boolean> =>
  fetch(`https://127.0.0.1:${port}/health`, { tls: { rejectUnauthorized: false }, headers: { host: `${PUBLIC_NAME}:${port}` } }).then(
    ({ ok }) => ok,
    () => false,
  );
