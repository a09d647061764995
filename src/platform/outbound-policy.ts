import { plainHost } from "./address-rules";

/** Where one kind of call may go. Metadata services and other addresses of no server are refused whatever a policy says. */
export type OutboundPolicy = {
  /** The host may have an address of a private network or of this machine. */
  isPrivateAllowed(url: URL): boolean;
  isPortAllowed(url: URL): boolean;
};

/** Providers, MCP servers and the like: an admin chose the address, so it may be on this machine or in the house. */
export const configuredPolicy: OutboundPolicy = { isPrivateAllowed: () => true, isPortAllowed: () => true };

/**
 * What an address that an admin chose names further, such as the authorization server of an MCP server: its own host on any port, public ones,
 * and those that the operator lists. Nobody is led from a public server into the private network.
 */
export function policyBeside(address: string, privateHosts: readonly string[]): OutboundPolicy {
  const own = placeOf(new URL(address));
  const { isPrivateAllowed } = webPolicy(privateHosts);
  return { isPrivateAllowed: (url) => placeOf(url) === own || isPrivateAllowed(url), isPortAllowed: () => true };
}

/** This machine has many names. */
const placeOf = ({ hostname }: URL): string => {
  const host = plainHost(hostname);
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host) ? "localhost" : host;
};

/** Ports that web pages are served on. */
const WEB_PORTS = new Set([80, 443, 8000, 8008, 8080, 8443, 8888]);

/**
 * Pages that a model asks for: public addresses and web ports only, besides the hosts that the operator lists,
 * each `name` or `name:port`; a listed port is allowed for its host.
 */
export function webPolicy(privateHosts: readonly string[]): OutboundPolicy {
  const listed = new Set(privateHosts);
  const isListed = (url: URL): boolean => listed.has(plainHost(url.hostname)) || listed.has(`${plainHost(url.hostname)}:${portOf(url)}`);
  return {
    isPrivateAllowed: isListed,
    isPortAllowed: (url) => WEB_PORTS.has(portOf(url)) || listed.has(`${plainHost(url.hostname)}:${portOf(url)}`),
  };
}

const portOf = ({ port, protocol }: URL): number => (port === "" ? (protocol === "https:" ? 443 : 80) : Number(port));

/** Reads a list of hosts as an operator writes it, in the spelling of `webPolicy`. Undefined when one of them is none. */
export function readPrivateHosts(text: string): string[] | undefined {
  const entries = text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
  const hosts = entries.map((entry) => {
    const url = /[/@?#\s]/.test(entry) ? null : URL.parse(`http://${entry}`);
    const port = /:(\d{1,5})$/.exec(entry.replace(/^\[[^\]]*\]/, ""))?.[1];
    return url ? plainHost(url.hostname) + (port === undefined ? "" : `:${Number(port)}`) : undefined;
  });
  return hosts.every((host) => host !== undefined) ? hosts : undefined;
}
