import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { addressKind } from "@/platform/address-rules";
import { OutboundError } from "@/platform/outbound-error";
import { configuredPolicy, readPrivateHosts, webPolicy } from "@/platform/outbound-policy";
import { createSafeFetch, type SafeFetchInit } from "@/platform/safe-fetch";
import { hostileSpellings } from "../support/address-spellings";
import { type TargetServer, targetServer } from "../support/target-server";
import { certificateFor, type TestCertificate } from "../support/test-certificate";

let target: TargetServer;
let certificate: TestCertificate;
beforeAll(async () => {
  certificate = certificateFor("shop.example.test");
  target = await targetServer(certificate);
});
afterAll(() => {
  target.stop();
  rmSync(certificate.folder, { recursive: true });
});

/** A name service of a test: names without an entry are unknown, as `ENOTFOUND`. */
const names = (entries: Record<string, readonly string[]>) => async (host: string) => {
  const found = entries[host];
  if (!found) throw Object.assign(new Error("not found"), { code: "ENOTFOUND" });
  return found;
};

const PUBLIC = "93.184.216.34";
const web = (entries: Record<string, readonly string[]> = {}, privateHosts: string[] = []) =>
  createSafeFetch({ policy: webPolicy(privateHosts), resolve: names(entries), certificates: certificate.authority });
const configured = (entries: Record<string, readonly string[]> = {}) =>
  createSafeFetch({ policy: configuredPolicy, resolve: names(entries), certificates: certificate.authority });

async function refusal(answer: Promise<Response>): Promise<string> {
  const error = await answer.then(
    () => "it answered",
    (thrown: unknown) => thrown,
  );
  return error instanceof OutboundError ? error.code : String(error);
}

describe("an address", () => {
  test.each([
    ["8.8.8.8", "public"],
    ["2606:4700:4700::1111", "public"],
    ["64:ff9b::808:808", "public"],
    ["::ffff:8.8.8.8", "public"],
    ["127.0.0.1", "private"],
    ["10.1.2.3", "private"],
    ["172.31.255.255", "private"],
    ["192.168.0.1", "private"],
    ["100.64.0.1", "private"],
    ["198.18.0.1", "private"],
    ["0.0.0.0", "private"],
    ["::", "private"],
    ["::1", "private"],
    ["::ffff:7f00:1", "private"],
    ["64:ff9b::a00:1", "private"],
    ["fd12:3456::1", "private"],
    ["169.254.169.254", "never"],
    ["169.254.0.1", "never"],
    ["::ffff:a9fe:a9fe", "never"],
    ["64:ff9b::a9fe:a9fe", "never"],
    ["100.100.100.200", "never"],
    ["168.63.129.16", "never"],
    ["192.0.0.192", "never"],
    ["fd00:ec2::254", "never"],
    ["fe80::1", "never"],
    ["fe80::1%eth0", "never"],
    ["fec0::1", "never"],
    ["ff02::1", "never"],
    ["224.0.0.1", "never"],
    ["255.255.255.255", "never"],
    ["240.0.0.1", "never"],
    ["192.0.2.1", "never"],
    ["2001:db8::1", "never"],
    ["2002:7f00:1::1", "never"],
    ["2001:0:7f00:1::1", "never"],
    ["64:ff9b:1::7f00:1", "never"],
    ["4000::1", "never"],
    ["", "never"],
    ["example.com", "never"],
  ] as const)("%s is %s", (address, kind) => {
    expect(addressKind(address)).toBe(kind);
  });
});

describe("a page's address", () => {
  test("is refused in every spelling of a private or metadata address, and nothing is asked there", async () => {
    const spellings = hostileSpellings();
    expect(spellings.length).toBeGreaterThan(150);
    const before = target.asked.length;
    for (const host of spellings)
      expect([host, await refusal(web()(`http://${host}:${target.port}/`))]).toEqual([host, "address_not_allowed"]);
    expect(target.asked.length).toBe(before);
  });

  test("is refused when one of the addresses of its name is private, wherever in the list it stands", async () => {
    for (const bad of ["127.0.0.1", "10.0.0.1", "::1", "::ffff:192.168.1.1", "fd00::1", "169.254.169.254", "0.0.0.0", "2002:a00:1::"])
      for (const found of [[bad], [PUBLIC, bad], [bad, PUBLIC]])
        expect(await refusal(web({ "shop.example.test": found })("http://shop.example.test/"))).toBe("address_not_allowed");
  });

  test.each(["file:///etc/passwd", "ftp://example.test/", "data:text/plain,x", "javascript:1", "blob:x", "unix:/x", "not a url", ""])(
    "that is no http address is refused: %s",
    async (address) => expect(await refusal(web()(address))).toBe("address_not_allowed"),
  );

  test("carries no user and no password, and is on a port of the web", async () => {
    const send = web({ "shop.example.test": [PUBLIC] });
    expect(await refusal(send("http://user@shop.example.test/"))).toBe("address_not_allowed");
    expect(await refusal(send("http://:secret@shop.example.test/"))).toBe("address_not_allowed");
    for (const port of [22, 25, 6379, 11211, 5432, 9000])
      expect(await refusal(send(`http://shop.example.test:${port}/`))).toBe("address_not_allowed");
  });

  test("on a private host is read where the operator lists it, on the port that is listed, and metadata is not even then", async () => {
    const listed = ["wiki.test", `shop.example.test:${target.port}`, "169.254.169.254", "metadata.google.internal"];
    const send = web({ "shop.example.test": ["127.0.0.1"], "wiki.test": ["169.254.169.254"], "other.test": ["127.0.0.1"] }, listed);
    expect(await (await send(`http://shop.example.test:${target.port}/echo`)).text()).toContain(`shop.example.test:${target.port}`);
    expect(await refusal(send("http://shop.example.test:8080/"))).toBe("address_not_allowed");
    expect(await refusal(send("http://wiki.test/"))).toBe("address_not_allowed");
    expect(await refusal(send("http://169.254.169.254/"))).toBe("address_not_allowed");
    expect(await refusal(send("http://metadata.google.internal/"))).toBe("address_not_allowed");
    expect(await refusal(send(`http://other.test:${target.port}/`))).toBe("address_not_allowed");
  });

  test("may be listed by name, with a port, and as an address", () => {
    expect(readPrivateHosts(" Wiki.Local , 10.0.0.1:8080,[fd00::1]:80, 0x7f.1 ,")).toEqual([
      "wiki.local",
      "10.0.0.1:8080",
      "fd00::1:80",
      "127.0.0.1",
    ]);
    for (const wrong of ["http://wiki", "a b", "user@wiki", "wiki/path", "wiki:99999"]) expect(readPrivateHosts(wrong)).toBeUndefined();
  });
});

describe("the connection", () => {
  test("is made to the address that was checked, although the name means another one a moment later", async () => {
    const answers = [["127.0.0.1"], ["10.255.255.1"]];
    let asked = 0;
    const resolve = async () => answers[Math.min(asked++, 1)]!;
    const send = createSafeFetch({ policy: webPolicy([`rebinding.test:${target.port}`]), resolve });
    expect((await send(`http://rebinding.test:${target.port}/echo`)).status).toBe(200);
    expect(asked).toBe(1);
  });

  test("stays open from call to call: with a name, with TLS, and with a bare address", async () => {
    const send = configured({ "shop.example.test": ["127.0.0.1"] });
    for (const address of [
      `http://shop.example.test:${target.port}/echo`,
      `https://shop.example.test:${target.securePort}/echo`,
      `http://127.0.0.1:${target.port}/echo`,
    ]) {
      await (await send(address)).text();
      const before = target.connections();
      for (let call = 0; call < 10; call++) await (await send(address, { method: "POST", body: "x" })).text();
      expect([address, target.connections() - before]).toEqual([address, 0]);
    }
  });

  test("says the host's own name, for HTTP and for TLS, and the certificate must be for that name", async () => {
    const entries = { "shop.example.test": ["127.0.0.1"], "evil.example.test": ["127.0.0.1"] };
    const answer = await configured(entries)(`https://shop.example.test:${target.securePort}/echo?a=1`);
    expect(await answer.json()).toMatchObject({
      host: `shop.example.test:${target.securePort}`,
      serverName: "shop.example.test",
      url: "/echo?a=1",
    });
    expect(answer.url).toBe(`https://shop.example.test:${target.securePort}/echo?a=1`);
    expect(await refusal(configured(entries)(`https://evil.example.test:${target.securePort}/`))).toContain("ALTNAME_INVALID");
    expect(
      await refusal(
        createSafeFetch({ policy: configuredPolicy, resolve: names(entries) })(`https://shop.example.test:${target.securePort}/`),
      ),
    ).toMatch(/certificate/i);
  });

  test("tries the next address when nobody listens at the first", async () => {
    const send = configured({ "shop.example.test": ["127.0.0.3", "::1", "127.0.0.1"] });
    const answer = await send(`http://shop.example.test:${target.port}/echo`, { method: "POST", body: "once" });
    expect(await answer.json()).toMatchObject({ body: "once" });
    expect(await refusal(configured({ "gone.test": [] })("http://gone.test/"))).toContain("no address");
  });

  test("goes through no proxy that the environment names", async () => {
    const proxy = `http://127.0.0.1:${target.port}`;
    const script = `import { outbound } from "./test/support/outbound"; await outbound("http://127.0.0.1:${target.port}/direct")`;
    const child = Bun.spawn([process.execPath, "-e", script], {
      cwd: `${import.meta.dir}/../..`,
      env: { ...process.env, HTTP_PROXY: proxy, http_proxy: proxy, HTTPS_PROXY: proxy, ALL_PROXY: proxy },
    });
    await child.exited;
    // Through a proxy the whole address would be asked for.
    expect(target.asked.at(-1)).toBe("/direct");
  });

  test("ends when its caller has enough, also while the name is looked up", async () => {
    const never = createSafeFetch({ policy: configuredPolicy, resolve: () => new Promise(() => {}) });
    const stop = new AbortController();
    const answer = never("http://slow.test/", { signal: stop.signal });
    stop.abort(new Error("enough"));
    expect(await refusal(answer)).toBe("Error: enough");
    expect(await refusal(never("http://slow.test/", { timeoutMs: 20 }))).toBe("timeout");
  });
});

describe("a redirect", () => {
  const HOST = "shop.example.test";
  const to = (location: string, status = 302) => `/redirect?status=${status}&to=${encodeURIComponent(location)}`;
  const shop = () => `http://${HOST}:${target.port}`;
  const send = (path: string, init?: SafeFetchInit) =>
    web({ [HOST]: ["127.0.0.1"], "inside.test": ["127.0.0.1"], "evil.test": ["169.254.169.254"] }, [`${HOST}:${target.port}`])(
      shop() + path,
      init,
    );

  test("is checked like the first address", async () => {
    const inside = [`http://127.0.0.1:${target.port}/echo`, "http://evil.test/", "http://169.254.169.254/latest", "file:///etc/passwd"];
    inside.push(
      `http://inside.test:${target.port}/echo`,
      `//inside.test:${target.port}/`,
      `http://${HOST}:22/`,
      "http://a:b@shop.example.test/",
    );
    for (const location of inside) expect([location, await refusal(send(to(location)))]).toEqual([location, "address_not_allowed"]);
    expect(await refusal(send(to("http://[")))).toBe("bad_redirect");
  });

  test("is followed five times at most", async () => {
    expect(await (await send("/hops?left=5")).text()).toBe("arrived");
    expect(await refusal(send("/hops?left=6"))).toBe("too_many_redirects");
    expect(await refusal(send(to("/echo"), { redirect: "error" }))).toBe("bad_redirect");
    expect((await send(to("/echo"), { redirect: "manual" })).status).toBe(302);
  });

  test("takes nothing of the caller to another origin", async () => {
    const both = createSafeFetch({
      policy: configuredPolicy,
      resolve: names({ [HOST]: ["127.0.0.1"], "other.test": ["127.0.0.1"] }),
    });
    const headers = { authorization: "Bearer secret", cookie: "a=secret", "x-api-key": "secret", accept: "text/html", "api-key": "secret" };
    const away = await (await both(shop() + to(`http://other.test:${target.port}/echo`), { headers })).text();
    expect(away).not.toContain("secret");
    expect(away).toContain("text/html");
    expect(await (await both(shop() + to("/echo"), { headers })).text()).toContain("Bearer secret");
    const posted = both(shop() + to(`http://other.test:${target.port}/echo`, 307), { method: "POST", body: "secret" });
    expect(await refusal(posted)).toBe("bad_redirect");
  });

  test("of a POST becomes a GET where HTTP says so", async () => {
    for (const [status, method, body] of [
      [301, "GET", ""],
      [302, "GET", ""],
      [303, "GET", ""],
      [307, "POST", "kept"],
      [308, "POST", "kept"],
    ] as const)
      expect(await (await send(to("/echo", status), { method: "POST", body: "kept" })).json()).toMatchObject({ method, body });
  });
});

describe("an answer", () => {
  const send = (path: string, init: SafeFetchInit) => configured()(`http://127.0.0.1:${target.port}${path}`, init);

  test("is read up to its limit, counted after decompression", async () => {
    expect((await (await send("/bytes?count=1000", { maxBytes: 1000 })).bytes()).length).toBe(1000);
    expect(await refusal(send("/bytes?count=1001", { maxBytes: 1000 }).then(async (answer) => new Response(await answer.text())))).toBe(
      "too_large",
    );
    const bomb = (encoding: string) => send(`/bomb?encoding=${encoding}`, { maxBytes: 1_000_000 });
    expect(await refusal(bomb("gzip").then(async (answer) => new Response(await answer.text())))).toBe("too_large");
    const whole = await send("/bomb?encoding=gzip", { maxBytes: 8 * 1024 * 1024 });
    expect([(await whole.bytes()).length, whole.headers.get("content-encoding")]).toEqual([8 * 1024 * 1024, null]);
    for (const encoding of ["br", "zstd", "deflate", "gzip, gzip"])
      expect([encoding, await refusal(bomb(encoding))]).toEqual([encoding, "bad_encoding"]);
  });

  test("is given up when it takes too long, also in its middle", async () => {
    expect(await refusal(send("/silent", { timeoutMs: 50 }))).toBe("timeout");
    expect(await refusal(send("/half", { timeoutMs: 50 }).then(async (answer) => new Response(await answer.text())))).toBe("timeout");
  });

  test("has a head of a size that makes sense", async () => {
    expect(await refusal(send("/head?bytes=70000", {}))).toBe("too_large");
    expect((await send("/head?bytes=10000", {})).status).toBe(200);
  });

  test("streams as it comes, and its connection closes when its reader leaves", async () => {
    const answer = await send("/half", { maxBytes: 1000 });
    const reader = answer.body!.getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe("first half");
    await reader.cancel();
    await target.left();
  });
});

test("nothing in the server calls the network past the one client", async () => {
  const allowed = /^(platform\/safe-fetch\.ts$|cli\/|ui\/)/;
  for await (const file of new Bun.Glob("**/*.ts").scan(`${import.meta.dir}/../../src`)) {
    if (allowed.test(file)) continue;
    const code = await Bun.file(`${import.meta.dir}/../../src/${file}`).text();
    expect([file, /(?<![.\w])fetch\((?!request)|globalThis\.fetch|\bWebSocket\(|from "(node:)?(https?|net|tls)"/.exec(code)?.[0]]).toEqual([
      file,
      undefined,
    ]);
  }
});
