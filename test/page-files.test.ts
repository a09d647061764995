import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPageFiles } from "@/server/page-files";

const folder = mkdtempSync(join(tmpdir(), "everruns-page-"));
const BODIES = {
  "/index.html": "<!doctype html>plain",
  "/index.html.br": "html as br",
  "/assets/main-x1.js": "script",
  "/assets/main-x1.js.br": "script as br",
  "/assets/main-x1.js.gz": "script as gz",
  "/assets/font-x2.woff2": "font",
};
const files = new Map(Object.entries(BODIES).map(([address, body], index) => [address, file(String(index), body)]));
const pageFiles = createPageFiles(() => files);

function file(name: string, body: string): string {
  writeFileSync(join(folder, name), body);
  return join(folder, name);
}

afterAll(() => rmSync(folder, { recursive: true }));

const BROWSER = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
const ask = (path: string, headers: Record<string, string> = {}, method = "GET") =>
  pageFiles(new Request(`http://localhost:9000${path}`, { method, headers }));

describe("the page", () => {
  test.each(["/", "/sessions/123", "/agents", "/any/thing?else=1"])(
    "stands at %s for who opens it, and is asked for each time",
    async (path) => {
      const answer = ask(path, BROWSER)!;
      expect([answer.status, answer.headers.get("content-type"), answer.headers.get("cache-control")]).toEqual([
        200,
        "text/html;charset=utf-8",
        "no-cache",
      ]);
      expect(await answer.text()).toBe(BODIES["/index.html"]);
    },
  );

  test("lets nothing run or load that is not its own", () => {
    const { headers } = ask("/", BROWSER)!;
    expect(headers.get("content-security-policy")).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
  });

  test.each(["/v1/agents", "/v1", "/api/auth/me", "/health", "/ready", "/swagger-ui/", "/api-doc/openapi.json"])(
    "leaves %s to the API",
    (path) => {
      expect(ask(path, BROWSER)).toBeUndefined();
    },
  );

  test("is not what a program is answered that asked for something else", () => {
    expect(ask("/sessions/123", { accept: "application/json" })).toBeUndefined();
    expect(ask("/sessions/123", { accept: "*/*" })).toBeUndefined();
    expect(ask("/sessions/123", BROWSER, "POST")).toBeUndefined();
    expect(ask("/", {}, "POST")).toBeUndefined();
    expect(ask("/", { accept: "*/*" })!.status).toBe(200);
  });

  test("is nowhere when it is not built", () => {
    const none = createPageFiles(() => new Map());
    expect(none(new Request("http://localhost:9000/", { headers: BROWSER }))).toBeUndefined();
  });
});

describe("its files", () => {
  test("are kept for good, in the smallest form that the browser takes", async () => {
    const plain = ask("/assets/main-x1.js")!;
    expect([plain.headers.get("content-type"), plain.headers.get("cache-control")]).toEqual([
      "text/javascript;charset=utf-8",
      "public, max-age=31536000, immutable",
    ]);
    const forms = ["gzip, deflate, br", "gzip", "br;q=0, gzip;q=1", "identity", "br;q=0"];
    const got = await Promise.all(
      forms.map(async (accepted) => {
        const { headers } = ask("/assets/main-x1.js", { "accept-encoding": accepted })!;
        return `${headers.get("content-encoding")} ${headers.get("vary")}`;
      }),
    );
    expect(got).toEqual([
      "br accept-encoding",
      "gzip accept-encoding",
      "gzip accept-encoding",
      "null accept-encoding",
      "null accept-encoding",
    ]);
    expect(ask("/assets/font-x2.woff2", { "accept-encoding": "br" })!.headers.get("content-encoding")).toBeNull();
  });

  test("are those that there are: no other, none by its compressed name, and nothing outside", async () => {
    for (const path of [
      "/assets/nope.js",
      "/assets/main-x1.js.br",
      "/assets/",
      "/assets/../index.html.br",
      "/assets/%2e%2e%2findex.html",
      "/assets/__proto__",
    ]) {
      const answer = ask(path, { "accept-encoding": "br" });
      expect([path, answer?.status ?? 404]).toEqual([path, 404]);
    }
    const refused = ask("/assets/main-x1.js", {}, "DELETE")!;
    expect([refused.status, refused.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });
});
