import styles from "./start-page.css" with { type: "text" };
import html from "./start-page.html" with { type: "text" };
import { staticAnswer, versionOf } from "./static-answer";

const POLICY = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const STYLES = { body: styles, contentType: "text/css;charset=utf-8", version: versionOf(styles) };

/** Answers `/` with a page that says what runs here and how to begin, and the page's style sheet. Any other address is not its own: undefined. */
export const createStartPage =
  ({ version }: { version: string }) =>
  (request: Request): Response | undefined => {
    const { pathname } = new URL(request.url);
    if (pathname === "/start-page.css") return staticAnswer(request, STYLES);
    if (pathname !== "/") return undefined;
    const body = fill(html as unknown as string, { version, origin: originOf(request) });
    return staticAnswer(request, { body, contentType: "text/html;charset=utf-8", version: versionOf(body), contentSecurityPolicy: POLICY });
  };

/** The address under which the reader came here. It is to be pasted into a shell: one that could mean anything else there is not repeated. */
function originOf(request: Request): string {
  const { origin } = new URL(request.url);
  return /^https?:\/\/([a-z0-9.-]+|\[[0-9a-f:.]+\])(:\d+)?$/.test(origin) ? origin : "http://localhost:9000";
}

const fill = (template: string, values: Record<string, string>): string =>
  template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => Bun.escapeHTML(values[name] ?? ""));
