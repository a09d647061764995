import ipaddr from "ipaddr.js";

/**
 * `public`: anyone's to reach. `private`: this machine, a home's or a company's own network. `never`: nothing that this server calls lives
 * there: metadata services, link-local, multicast, reserved and unallocated addresses, and ways to write one address inside another.
 */
export type AddressKind = "public" | "private" | "never";

/** Judges an IP address in any spelling, IPv6 without brackets. What is no address is `never`. */
export function addressKind(address: string): AddressKind {
  const parsed = parseAddress(address);
  if (!parsed || isMetadataAddress(parsed)) return "never";
  const range = parsed.range();
  if (PRIVATE_RANGES.has(range) || (parsed.kind() === "ipv4" && parsed.match(BENCHMARKING))) return "private";
  if (range !== "unicast") return "never";
  // Beside this, IPv6 "unicast" holds what nobody was given, and IPv4 addresses with zeros before them.
  return parsed.kind() === "ipv4" || parsed.match(GLOBAL_IPV6) ? "public" : "never";
}

/** Whether a host, as `URL` writes it, is a cloud's metadata service, which gives the machine's own credentials to whoever asks. */
export function isMetadataHost(hostname: string): boolean {
  const host = plainHost(hostname);
  if (METADATA_NAMES.has(host)) return true;
  const parsed = ipaddr.isValid(host) ? parseAddress(host) : undefined;
  return parsed !== undefined && isMetadataAddress(parsed);
}

/** A host of a URL without brackets and without the dot that may end it. */
export const plainHost = (hostname: string): string => hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");

/** Whether such a host is an address and no name. `URL` has made decimal, octal, hexadecimal and full-width spellings into the plain one. */
export const isAddress = (hostname: string): boolean => hostname.startsWith("[") || /^\d{1,3}(\.\d{1,3}){3}$/.test(hostname);

/** Sources: the documentation of AWS (EC2, ECS, EKS), Google Cloud, Azure (also its WireServer), Oracle and Alibaba. Link-local ones are refused with their range. */
const METADATA_ADDRESSES = new Set([
  "169.254.169.254",
  "169.254.170.2",
  "169.254.170.23",
  "100.100.100.200",
  "168.63.129.16",
  "192.0.0.192",
  "fd00:ec2::254",
  "fd00:ec2::23",
  "fd20:ce::254",
]);
const METADATA_NAMES = new Set(["metadata.google.internal", "metadata.goog", "instance-data.ec2.internal"]);

const isMetadataAddress = (parsed: Parsed): boolean => METADATA_ADDRESSES.has(parsed.toString());

type Parsed = ipaddr.IPv4 | ipaddr.IPv6;

/** A listener on every address is reached under the unspecified one, and such an address is what it prints at its start. */
const PRIVATE_RANGES = new Set<string>(["private", "loopback", "carrierGradeNat", "uniqueLocal", "unspecified"]);
/** Networks of test devices, and the stand-in addresses that some VPNs answer names with (RFC 2544). */
const BENCHMARKING = ipaddr.IPv4.parseCIDR("198.18.0.0/15");
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR("2000::/3");
/** How an IPv6-only network writes the addresses of IPv4 hosts (RFC 6052). */
const NAT64 = ipaddr.IPv6.parseCIDR("64:ff9b::/96");
const IPV4_COMPATIBLE = ipaddr.IPv6.parseCIDR("::/96");

/** With IPv4 taken out of the IPv6 address that it is written in. A zone says which network card, which no public address needs. */
function parseAddress(address: string): Parsed | undefined {
  if (address.includes("%") || !ipaddr.isValid(address)) return undefined;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === "ipv4") return parsed;
  const wide = parsed as ipaddr.IPv6;
  if (wide.range() === "loopback" || wide.range() === "unspecified") return wide;
  return wide.match(NAT64) || wide.match(IPV4_COMPATIBLE) ? new ipaddr.IPv4(wide.toByteArray().slice(12)) : wide;
}
