import { version } from "swagger-ui-dist/package.json";
import styles from "swagger-ui-dist/swagger-ui.css" with { type: "file" };
import bundle from "swagger-ui-dist/swagger-ui-bundle.js" with { type: "file" };
import { errorAnswer } from "@/http/errors";
import { notFound } from "@/platform/app-error";
import { type StaticFile, staticAnswer, versionOf } from "./static-answer";
import page from "./swagger-ui.html" with { type: "text" };
import start from "./swagger-ui-start.js" with { type: "text" };
import theme from "./swagger-ui-theme.css" with { type: "text" };

const FOLDER = "/swagger-ui/";

// Swagger UI sets `style` attributes, so styles may stand inline; scripts may not.
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const HTML = "text/html;charset=utf-8";
const SCRIPT = "text/javascript;charset=utf-8";
const STYLE = "text/css;charset=utf-8";

const own = (body: string, contentType: string): StaticFile => ({ body, contentType, version: versionOf(body) });
const html = { ...own(page as unknown as string, HTML), contentSecurityPolicy: POLICY };

const FILES: Record<string, StaticFile> = {
  "": html,
  "index.html": html,
  "start.js": own(start, SCRIPT),
  "theme.css": own(theme, STYLE),
  "swagger-ui-bundle.js": { body: Bun.file(bundle), contentType: SCRIPT, version },
  "swagger-ui.css": { body: Bun.file(styles), contentType: STYLE, version },
};

/** Answers `/swagger-ui/` and its files, all from inside the executable. Any other address is not its own: undefined. */
export function swaggerUi(request: Request): Response | undefined {
  const { pathname } = new URL(request.url);
  if (pathname === "/swagger-ui") return new Response(null, { status: 308, headers: { location: FOLDER } });
  if (!pathname.startsWith(FOLDER)) return undefined;
  const name = pathname.slice(FOLDER.length);
  return Object.hasOwn(FILES, name) ? staticAnswer(request, FILES[name]!) : errorAnswer(notFound("File"));
}
