type Addressed = { env: Record<string, string | undefined>; baseUrl: string; host: string };

/** The address under which people reach the server, for links: what the configuration says, else where it listens. */
export const publicUrlOf = ({ env, baseUrl, host }: Addressed, port: number): string =>
  env.AUTH_BASE_URL ? baseUrl.replace(/\/+$/, "") : listeningUrlOf(host, port);

/** Where a server on this address and port answers to a browser of the same machine. */
export const listeningUrlOf = (host: string, port: number): string => `http://${nameOf(host)}:${port}`;

function nameOf(host: string): string {
  if (host === "127.0.0.1" || host === "0.0.0.0") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
