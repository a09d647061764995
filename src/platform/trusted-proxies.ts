import ipaddr from "ipaddr.js";

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Whose `X-Forwarded-For` is believed: so many proxies in a row, or the proxies in these networks. */
export type TrustedProxies = { hops: number } | { networks: readonly Network[] };

export const NO_PROXIES: TrustedProxies = { hops: 0 };

/** Reads a number of hops or a list of addresses and networks. Undefined for anything else. */
export function readTrustedProxies(text: string): TrustedProxies | undefined {
  if (/^\d$/.test(text)) return { hops: Number(text) };
  const networks = text.split(",").map((entry) => readNetwork(entry.trim()));
  return networks.every((network) => network !== undefined) ? { networks } : undefined;
}

function readNetwork(entry: string): Network | undefined {
  if (!/^(\d+(\.\d+){3}|[\da-f:.]*:[\da-f:.]*)(\/\d+)?$/i.test(entry)) return undefined;
  try {
    if (entry.includes("/")) return ipaddr.parseCIDR(entry);
    const address = ipaddr.process(entry);
    return [address, address.kind() === "ipv4" ? 32 : 128];
  } catch {
    return undefined;
  }
}

/**
 * The address that a request came from, seen from the last proxy that is trusted. Each proxy adds whom it heard to the end of the list,
 * so only the end is anybody's word but the client's own.
 */
export function clientBehind(socketAddress: string, forwardedFor: string | null, proxies: TrustedProxies): string {
  let client = plainAddress(socketAddress) ?? socketAddress;
  if (forwardedFor === null) return client;
  const heard = forwardedFor.split(",", MAX_HOPS).length < MAX_HOPS ? forwardedFor.split(",") : [];
  for (let hops = 0; heard.length > 0 && isTrusted(client, hops, proxies); hops++) {
    const before = plainAddress(heard.pop()!.trim());
    if (before === undefined) break;
    client = before;
  }
  return client;
}

/** A longer list is no chain of proxies. */
const MAX_HOPS = 32;

function isTrusted(address: string, hops: number, proxies: TrustedProxies): boolean {
  if ("hops" in proxies) return hops < proxies.hops;
  const parsed = ipaddr.process(address);
  return proxies.networks.some(([network, bits]) => network.kind() === parsed.kind() && parsed.match(network as never, bits));
}

/** One spelling per address, without the port and brackets that some proxies write. */
function plainAddress(text: string): string | undefined {
  if (IPV4.test(text)) return text;
  const bare = /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? /^(\d+(?:\.\d+){3}):\d+$/.exec(text)?.[1] ?? text;
  return ipaddr.isValid(bare) ? ipaddr.process(bare).toString() : undefined;
}

const IPV4 = /^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/;

/** Who counts as one: an IPv4 address, or the /64 network that every holder of IPv6 addresses has at least. */
export function addressGroup(address: string): string {
  if (!address.includes(":")) return address;
  const [head = [], tail = []] = address.split("::").map((part) => part.split(":"));
  const zeros = Array<string>(Math.max(0, 8 - head.length - tail.length)).fill("0");
  return [...head, ...zeros, ...tail].slice(0, 4).join(":");
}

export const isLoopbackAddress = (address: string): boolean => address === "::1" || address.startsWith("127.");
