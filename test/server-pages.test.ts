import { describe, expect, test } from "bun:test";
import { openApiSteps } from "@/server/openapi";
import { createOpenApiFile } from "@/server/openapi-file";
import { createStartPage } from "@/server/start-page";
import { swaggerUi } from "@/server/swagger-ui";

const get = (path: string, headers: Record<string, string> = {}, origin = "http://localhost:9000") =>
  new Request(`${origin}${path}`, { headers });
const PUBLIC_ADDRESS = /https?:\/\/(?!localhost|127\.0\.0\.1|www\.w3\.org\/2000\/svg)[a-z]/i;

describe("the documentation's page", () => {
  test("stands at /swagger-ui/, and the address without its slash leads there", () => {
    const moved = swaggerUi(get("/swagger-ui"))!;
    expect([moved.status, moved.headers.get("location")]).toEqual([308, "/swagger-ui/"]);
    expect(swaggerUi(get("/swagger-ui/"))!.status).toBe(200);
    expect(swaggerUi(get("/swagger-uiuiui"))).toBeUndefined();
  });

  test("runs only scripts of its own and asks no other host", async () => {
    const page = swaggerUi(get("/swagger-ui/"))!;
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'; script-src 'self';");
    const html = await page.text();
    expect(html).not.toMatch(/<script>|<script [^>]*>[^<]|\son\w+=/);
    expect(html).not.toMatch(PUBLIC_ADDRESS);
    expect(await swaggerUi(get("/swagger-ui/start.js"))!.text()).toContain("validatorUrl: null");
  });

  test("brings every file that it names, with its type", async () => {
    const html = await swaggerUi(get("/swagger-ui/"))!.text();
    const files = [...html.matchAll(/(?:src|href)="(\/swagger-ui\/[^"]+)"/g)].map(([, path]) => path!);
    expect(files).toHaveLength(4);
    for (const path of files) {
      const file = swaggerUi(get(path))!;
      expect([path, file.status, file.headers.get("content-type")]).toEqual([
        path,
        200,
        path.endsWith(".js") ? "text/javascript;charset=utf-8" : "text/css;charset=utf-8",
      ]);
      expect((await file.bytes()).length).toBeGreaterThan(10);
      expect(swaggerUi(get(path, { "if-none-match": file.headers.get("etag")! }))!.status).toBe(304);
    }
  });

  test("knows no other file, and nothing but reading", () => {
    for (const name of ["nope.js", "toString", "__proto__", "..%2f..%2fetc%2fpasswd", "package.json"])
      expect([name, swaggerUi(get(`/swagger-ui/${name}`))!.status]).toEqual([name, 404]);
    const refused = swaggerUi(new Request("http://localhost/swagger-ui/", { method: "POST" }))!;
    expect([refused.status, refused.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });
});

describe("the OpenAPI file", () => {
  test("is made once, when it is first asked for", async () => {
    let made = 0;
    const openApiFile = createOpenApiFile(() => {
      made++;
      return openApiSteps([], { version: "1.2.3" });
    });
    expect(openApiFile(get("/api-doc"))).toBeUndefined();
    expect(made).toBe(0);
    const [first, second] = await Promise.all([1, 2].map(() => openApiFile(get("/api-doc/openapi.json"))!));
    expect(await second!.text()).toBe(await first!.clone().text());
    expect(await first!.json()).toMatchObject({ openapi: "3.1.1", info: { title: "Everruns API", version: "1.2.3" } });
    const again = await openApiFile(get("/api-doc/openapi.json", { "if-none-match": first!.headers.get("etag")! }));
    expect(again!.status).toBe(304);
    expect(made).toBe(1);
  });
});

describe("the start page", () => {
  const startPage = createStartPage({ version: "1.2.3<b>" });

  test("says the version and the address under which the reader came", async () => {
    const page = startPage(get("/", {}, "http://127.0.0.1:9123"))!;
    const html = await page.text();
    expect(html).toContain("version 1.2.3&lt;b&gt;");
    expect(html).toContain("\nurl=http://127.0.0.1:9123\n");
    expect(html).not.toContain("{{");
    expect(html).not.toContain("<script");
    expect(page.headers.get("content-security-policy")).toStartWith("default-src 'none'; style-src 'self'");
    expect(startPage(get("/start-page.css"))!.headers.get("content-type")).toBe("text/css;charset=utf-8");
    expect(startPage(get("/health"))).toBeUndefined();
  });

  test("never repeats an address that could do something in a shell", async () => {
    const html = await startPage(get("/", {}, "http://a';touch$x;'.example"))!.text();
    expect(html).toContain("\nurl=http://localhost:9000\n");
    expect(html).not.toContain("touch");
  });
});
