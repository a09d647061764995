export type Seen = { url: URL; status: number; location: URL | null; text: string; headers: Headers };

type Cookie = { name: string; value: string; host: string; path: string; attributes: string };

/**
 * As much of a browser as signing in needs: cookies by host and path, and redirects. `hosts` says where a name really is,
 * so that a server can have its public address before its port is known.
 */
export function createBrowser(hosts: Record<string, string> = {}) {
  let cookies: Cookie[] = [];

  async function visit(address: string | URL): Promise<Seen> {
    const url = new URL(address);
    const sent = cookies.filter(({ host, path }) => host === url.host && isUnder(url.pathname, path));
    const real = hosts[url.host];
    const response = await fetch(real ? real + url.pathname + url.search : url, {
      redirect: "manual",
      // No proxy, whatever the environment says; Bun's types do not know the word.
      ...({ proxy: false } as object),
      headers: { host: url.host, cookie: sent.map(({ name, value }) => `${name}=${value}`).join("; ") },
    });
    for (const line of response.headers.getSetCookie()) keep(line, url.host);
    const location = response.headers.get("location");
    return {
      url,
      status: response.status,
      location: location === null ? null : new URL(location, url),
      text: await response.text(),
      headers: response.headers,
    };
  }

  function keep(line: string, host: string): void {
    const [pair = "", ...attributes] = line.split(/; */);
    const name = pair.slice(0, pair.indexOf("="));
    const value = pair.slice(name.length + 1);
    const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice(5) ?? "/";
    cookies = cookies.filter((cookie) => cookie.name !== name || cookie.host !== host || cookie.path !== path);
    const isGone = attributes.some((attribute) => /^max-age=0$/i.test(attribute) || /^expires=thu, 01 jan 1970/i.test(attribute));
    if (!isGone) cookies.push({ name, value, host, path, attributes: attributes.join("; ") });
  }

  return {
    visit,
    /** Goes where it is sent, until `isLast` says that the next address is not to be visited: then that is answered. */
    async follow(address: string | URL, isLast: (url: URL) => boolean): Promise<URL> {
      let next = new URL(address);
      for (let step = 0; step < 10; step++) {
        if (isLast(next)) return next;
        const { location, status, text } = await visit(next);
        if (!location) throw new Error(`${next} answers ${status}: ${text.slice(0, 300)}`);
        next = location;
      }
      throw new Error("redirected without an end");
    },
    cookies: (): readonly Cookie[] => cookies,
    /** Takes a cookie as if a server had set it. */
    keep,
  };
}

const isUnder = (pathname: string, path: string): boolean =>
  pathname === path || pathname.startsWith(path.endsWith("/") ? path : `${path}/`);
