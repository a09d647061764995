type Served = { isHttps: boolean };

/** A page that wants more says so itself, in a policy of its own. */
const NOTHING = "default-src 'none'; frame-ancestors 'none'";
const POWERS = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()";

/** Scripts and styles are judged by the policy of the page that loads them. */
const PART_OF_A_PAGE = /^text\/(javascript|css)\b/;

/** What every answer says to a browser: guess nothing, show it in no frame, share it with no other site, keep it nowhere unless told otherwise. */
export function createSecurityHeaders({ isHttps }: Served): (headers: Headers) => void {
  const always: [string, string][] = [
    ["x-content-type-options", "nosniff"],
    ["x-frame-options", "DENY"],
    ["referrer-policy", "no-referrer"],
    ["cross-origin-opener-policy", "same-origin"],
    ["cross-origin-resource-policy", "same-origin"],
    ["permissions-policy", POWERS],
    ...(isHttps ? [["strict-transport-security", "max-age=31536000"] as [string, string]] : []),
  ];

  return (headers) => {
    for (const [name, value] of always) headers.set(name, value);
    if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
    if (!headers.has("content-security-policy") && !PART_OF_A_PAGE.test(headers.get("content-type") ?? ""))
      headers.set("content-security-policy", NOTHING);
  };
}
