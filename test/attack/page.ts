import { scripted } from "../support/chromium";
import { type Attack, type AttackClass, all, expectStatus, unless } from "./attack-class";
import type { World } from "./world";

/** What would run, or fetch, where it is taken for more than words. */
const MARKUP = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<svg/onload=alert(1)>",
  '"><script>alert(1)</script>',
  "'-alert(1)-'",
  "</title><script>alert(1)</script>",
  "javascript:alert(1)",
  "{{constructor.constructor('alert(1)')()}}",
  "<!--<script>",
  "]]><script>alert(1)</script>",
  "\u2028\u2029</script>",
  "<meta http-equiv=refresh content=0;url=//evil.example>",
];

const FILE_NAMES = [
  "a.html",
  "a.svg",
  "a.xhtml",
  "a.js",
  'x".html',
  "a;filename=evil.html",
  "<img src=x onerror=alert(1)>.html",
  "日本.html",
  "a%b.htm",
];

/** What every answer tells a browser. */
const HEADERS: Record<string, RegExp> = {
  "x-content-type-options": /^nosniff$/,
  "x-frame-options": /^DENY$/,
  "referrer-policy": /^no-referrer$/,
  "cross-origin-opener-policy": /^same-origin$/,
  "cross-origin-resource-policy": /^same-origin$/,
  "content-security-policy": /default-src 'none'|default-src 'self'/,
};

/** What is said by a model, a tool, a person or a file's name comes to a browser as words, and as no page. */
export const page: AttackClass = {
  name: "page",
  atOnce: 4,
  attacks: async (world) => [
    ...MARKUP.flatMap((markup) => [asWords(world, markup), inAddresses(world, markup)]),
    ...FILE_NAMES.map((name) => asDownload(world, name)),
    ...["/", "/sessions/x", "/swagger-ui/", "/sign-in?error=%3Cscript%3E"].map((path) => strictPage(world, path)),
    ...["//evil.example", "/\\evil.example", "/%2f%2fevil.example", "/sign-in?next=//evil.example", "/v1/agents/../..//evil.example"].map(
      (path) => noWayOut(world, path),
    ),
    ...[
      "/.env",
      "/data/everruns.db",
      "/../data/secrets.key",
      "/%2e%2e/%2e%2e/etc/passwd",
      "/assets/../../etc/passwd",
      "/package.json",
      "/.git/config",
    ].map((path) => noFile(world, path)),
  ],
};

const plainly = (headers: Headers): string | null =>
  all(...Object.entries(HEADERS).map(([name, value]) => unless(value.test(headers.get(name) ?? ""), `${name} is ${headers.get(name)}`)));

const isJson = (headers: Headers): string | null =>
  unless(/^application\/json\b/.test(headers.get("content-type") ?? ""), `came as ${headers.get("content-type")}`);

/** A name, a title, a message, a tool's arguments and an error: wherever words are kept and shown again. */
const asWords = ({ open }: World, markup: string): Attack => ({
  name: `words: ${JSON.stringify(markup)}`,
  async run() {
    const agent = await open.createAgent({ name: markup, description: markup, capabilities: ["test_math"], tags: [markup] });
    const session = await open.createSession(agent.id, { title: markup });
    await open.ask(
      session,
      scripted(markup, [{ reasoning: markup, call: [{ name: markup, arguments: { a: markup } }] }, { text: markup }]),
    );
    const paths = [
      `/v1/agents/${agent.id}`,
      session.path,
      `${session.path}/messages`,
      `${session.path}/events/list`,
      `/v1/search?q=${encodeURIComponent(markup)}`,
    ];
    const answers = await Promise.all(paths.map((path) => open.get(path)));
    return all(...answers.map(({ status, headers }) => all(expectStatus(status, 200), isJson(headers), plainly(headers))));
  },
});

const inAddresses = ({ open }: World, markup: string): Attack => ({
  name: `an address: ${JSON.stringify(markup)}`,
  async run() {
    const written = encodeURIComponent(markup);
    const paths = [`/v1/agents/${written}`, `/v1/${written}`, `/v1/agents?limit=${written}`, `/api/auth/oauth/${written}`];
    const answers = await Promise.all(paths.map((path) => open.get(path)));
    return all(
      ...answers.map(({ status, headers, body }) =>
        all(
          expectStatus(status, 400, 404),
          isJson(headers),
          plainly(headers),
          unless(!JSON.stringify(body).includes(JSON.stringify(markup).slice(1, -1)), "repeats it"),
        ),
      ),
    );
  },
});

/** Whatever a file says it is, a browser keeps it and does not show it. */
const asDownload = ({ open }: World, name: string): Attack => ({
  name: `a file called ${name}`,
  async run() {
    const session = await open.createSession((await open.createAgent()).id);
    const path = `${session.path}/fs/${encodeURIComponent(name)}`;
    const body = "<html><script>alert(document.domain)</script></html>";
    await fetch(open.url + path, { method: "PUT", body, headers: { "content-type": "text/html" } });
    const { status, headers } = await fetch(`${open.url}${path}?raw=true`);
    const disposition = headers.get("content-disposition") ?? "";
    return all(
      expectStatus(status, 200),
      plainly(headers),
      unless(headers.get("content-type") === "application/octet-stream", `came as ${headers.get("content-type")}`),
      unless(/^attachment; filename\*=UTF-8''[\w.%!~'()*-]+$/.test(disposition), `is to be ${disposition}`),
    );
  },
});

/** No script but the server's own files, no frame around it, no form and no base that leads elsewhere. */
const strictPage = ({ open }: World, path: string): Attack => ({
  name: `the page at ${path}`,
  async run() {
    const { status, headers, body } = await open.get<string>(path, { accept: "text/html" });
    const policy = headers.get("content-security-policy") ?? "";
    return all(
      expectStatus(status, 200),
      plainly(headers),
      unless(!/script-src[^;]*('unsafe|\*|https?:|data:)/.test(policy), `allows ${policy}`),
      ...["frame-ancestors 'none'", "base-uri", "form-action"].map((rule) => unless(policy.includes(rule), `has no ${rule}`)),
      unless(!/<script(?![^>]*\bsrc=)[^>]*>|\son\w+=|<style/i.test(String(body)), "has a script within"),
    );
  },
});

const noWayOut = ({ open }: World, path: string): Attack => ({
  name: `sent elsewhere by ${path}`,
  async run() {
    const { headers } = await open.get(path, { "sec-fetch-mode": "navigate" });
    const location = headers.get("location");
    return unless(location === null || new URL(location, open.url).host === new URL(open.url).host, `leads to ${location}`);
  },
});

const noFile = ({ open }: World, path: string): Attack => ({
  name: `a file of this machine at ${path}`,
  async run() {
    const { body } = await open.get(path);
    return unless(!/root:x:|SQLite format|"dependencies"|\[core\]/.test(JSON.stringify(body)), "is answered");
  },
});
