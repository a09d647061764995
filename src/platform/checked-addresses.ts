import { lookup } from "node:dns/promises";
import { type AddressKind, addressKind, isAddress, isMetadataHost, plainHost } from "./address-rules";
import { OutboundError } from "./outbound-error";
import type { OutboundPolicy } from "./outbound-policy";

/** Every address of a host. Rejects when it has none. */
export type Resolve = (host: string) => Promise<readonly string[]>;

export const systemResolve: Resolve = async (host) => (await lookup(host, { all: true })).map(({ address }) => address);

type Known = { answer: Promise<readonly { address: string; kind: AddressKind }[]>; until: number; lastUsed?: string | undefined };

/** How long an answer of the name service serves, in milliseconds: a turn's calls ask once, and a moved host is noticed soon. */
const KEPT_MS = 5000;
const MAX_KNOWN = 1000;

export type CheckedAddresses = ReturnType<typeof createCheckedAddresses>;

/** Turns the host of a URL into addresses that a connection may be made to: each of them was judged, and one bad one condemns the host. */
export function createCheckedAddresses(policy: OutboundPolicy, resolve: Resolve, now: () => number) {
  const known = new Map<string, Known>();

  function ask(host: string): Known {
    const earlier = known.get(host);
    if (earlier && earlier.until > now()) return earlier;
    const answer = resolve(host).then((addresses) => addresses.map((address) => ({ address, kind: addressKind(address) })));
    const entry: Known = { answer, until: now() + KEPT_MS, lastUsed: earlier?.lastUsed };
    known.delete(host);
    known.set(host, entry);
    if (known.size > MAX_KNOWN) known.delete(known.keys().next().value!);
    answer.catch(() => {
      if (known.get(host) === entry) known.delete(host);
    });
    return entry;
  }

  function check(url: URL, kind: AddressKind): void {
    if (kind === "public") return;
    if (kind === "private" && policy.isPrivateAllowed(url)) return;
    throw notAllowed(url, kind === "private" ? "it is an address of a private network" : "no server may be called there");
  }

  return {
    /**
     * The addresses in the order to try them: the one that served last, then IPv4, for networks that promise IPv6 and have none.
     * Null when the host is itself an address, and a good one. Throws an `OutboundError`, or what the resolver throws.
     */
    async of(url: URL): Promise<readonly string[] | null> {
      refuseUrl(url, policy);
      const host = plainHost(url.hostname);
      if (isAddress(url.hostname)) {
        check(url, addressKind(host));
        return null;
      }
      const { answer, lastUsed } = ask(host);
      const found = await answer;
      for (const { kind } of found) check(url, kind);
      const rank = (address: string): number => (address === lastUsed ? 0 : address.includes(":") ? 2 : 1);
      return found.map(({ address }) => address).sort((one, other) => rank(one) - rank(other));
    },

    /** A host with many addresses is called at the same one for as long as it has it: connections stay open from call to call. */
    served(url: URL, address: string): void {
      const entry = known.get(plainHost(url.hostname));
      if (entry) entry.lastUsed = address;
    },
  };
}

function refuseUrl(url: URL, policy: OutboundPolicy): void {
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new OutboundError("address_not_allowed", "Only http and https addresses are called.");
  if (url.username !== "" || url.password !== "")
    throw new OutboundError("address_not_allowed", "An address with a user or a password in it is not called.");
  if (isMetadataHost(url.hostname)) throw notAllowed(url, "it is a cloud's metadata service");
  if (!policy.isPortAllowed(url)) throw notAllowed(url, "web pages are read from the usual ports only");
}

const notAllowed = (url: URL, why: string) => new OutboundError("address_not_allowed", `The address ${url.host} is not allowed: ${why}.`);
