import { isLoopback } from "@/config";

export type KnownHosts = { has(host: string): boolean };

type Served = { host: string; port: () => number; baseUrl: string; isPublic: boolean };

/**
 * The values of `Host` that name this server: loopback by any of its names and the address it listens on, with its port,
 * and the host of its public URL. A server that was told to be open accepts every name.
 */
export function createKnownHosts({ host, port, baseUrl, isPublic }: Served): KnownHosts {
  const publicHost = URL.parse(baseUrl)?.host;
  return {
    has(given): boolean {
      if (isPublic) return true;
      if (given === publicHost) return true;
      const match = /^(\[[0-9a-f:]+\]|[a-z0-9.-]+)(?::(\d{1,5}))?$/i.exec(given);
      if (!match) return false;
      const [, name, givenPort] = match;
      return Number(givenPort ?? "80") === port() && (isLoopback(name!) || name === host);
    },
  };
}
