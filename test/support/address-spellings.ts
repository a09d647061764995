const METADATA = ["169.254.169.254", "100.100.100.200", "168.63.129.16", "192.0.0.192"];
const PRIVATE = ["127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "0.0.0.0"];

/** Every way to write the address of a metadata service that a URL may hold, and addresses of no server. */
export const forbiddenSpellings = (): string[] => [
  ...METADATA.flatMap(spellingsOf),
  ...["[fd00:ec2::254]", "[fe80::1]", "[ff02::1]", "metadata.google.internal", "METADATA.goog.", "224.0.0.1", "255.255.255.255"],
];

/** The same, and those of this machine and of private networks. */
export const hostileSpellings = (): string[] => [...forbiddenSpellings(), ...PRIVATE.flatMap(spellingsOf), "[::]", "[::1]", "[fd12::1]"];

function spellingsOf(address: string): string[] {
  const parts = address.split(".").map(Number) as [number, number, number, number];
  const [a, b, c, d] = parts;
  const whole = ((a * 256 + b) * 256 + c) * 256 + d;
  const hex = (value: number, length = 0) => value.toString(16).padStart(length, "0");
  const pair = `${hex(a * 256 + b)}:${hex(c * 256 + d)}`;
  const fullWidth = (text: string) => text.replace(/[0-9]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0));
  return [
    address,
    `${address}.`,
    String(whole),
    `0x${hex(whole)}`,
    `0${whole.toString(8)}`,
    parts.map((part) => `0x${hex(part)}`).join("."),
    parts.map((part) => `0${part.toString(8)}`).join("."),
    `${a}.${(b * 256 + c) * 256 + d}`,
    `${a}.${b}.${c * 256 + d}`,
    `0x${hex(a)}.${b}.0${c.toString(8)}.${d}`,
    fullWidth(address),
    fullWidth(String(whole)),
    address.replaceAll(".", "。"),
    address.replace(".", "%2e"),
    `%3${address[0]}${address.slice(1)}`,
    `[::ffff:${address}]`,
    `[::ffff:${pair}]`,
    `[0:0:0:0:0:ffff:${pair}]`,
    `[::${address}]`,
    `[64:ff9b::${pair}]`,
    `[64:ff9b:1::${pair}]`,
    `[2002:${pair}::1]`,
    `[2001:0:${pair}::1]`,
    `[::ffff:0:${pair}]`,
  ];
}
