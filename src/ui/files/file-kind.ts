/** The language of a file's text by the end of its name, for its colours. */
const LANGUAGES: Record<string, string> = {
  sh: "bash",
  bash: "bash",
  zsh: "bash",
  c: "c",
  h: "c",
  cpp: "cpp",
  cc: "cpp",
  hpp: "cpp",
  cs: "csharp",
  css: "css",
  diff: "diff",
  patch: "diff",
  dockerfile: "dockerfile",
  go: "go",
  ini: "ini",
  toml: "ini",
  conf: "ini",
  env: "ini",
  java: "java",
  js: "javascript",
  mjs: "javascript",
  cjs: "javascript",
  jsx: "javascript",
  json: "json",
  jsonl: "json",
  kt: "kotlin",
  md: "markdown",
  markdown: "markdown",
  php: "php",
  py: "python",
  rb: "ruby",
  rs: "rust",
  sql: "sql",
  swift: "swift",
  ts: "typescript",
  tsx: "typescript",
  html: "xml",
  htm: "xml",
  xml: "xml",
  svg: "xml",
  yaml: "yaml",
  yml: "yaml",
};

const endOf = (name: string): string => name.slice(name.lastIndexOf(".") + 1).toLowerCase();

/** Empty for what has no colours. */
export const languageOf = (name: string): string => (Object.hasOwn(LANGUAGES, endOf(name)) ? LANGUAGES[endOf(name)]! : "");

export const isMarkdown = (name: string): boolean => languageOf(name) === "markdown";

export type FileKind = "image" | "code" | "text" | "other";

/** What its name promises, for its icon; what is shown of a file goes by what is in it. */
export function kindOf(name: string): FileKind {
  if (/\.(png|jpe?g|gif|webp|avif)$/i.test(name)) return "image";
  if (isMarkdown(name) || /\.(txt|csv|tsv|log)$/i.test(name)) return "text";
  return languageOf(name) === "" ? "other" : "code";
}

const BEGINNINGS: readonly (readonly [type: string, matches: (bytes: string) => boolean])[] = [
  ["image/png", (bytes) => bytes.startsWith("\x89PNG\r\n\x1a\n")],
  ["image/jpeg", (bytes) => bytes.startsWith("\xff\xd8\xff")],
  ["image/gif", (bytes) => /^GIF8[79]a/.test(bytes)],
  ["image/webp", (bytes) => bytes.startsWith("RIFF") && bytes.slice(8, 12) === "WEBP"],
  ["image/avif", (bytes) => bytes.slice(4, 8) === "ftyp" && /avi[fs]/.test(bytes.slice(8, 32))],
];

/** Which picture these bytes are, by how they begin and not by what they are called; null for anything else, SVG too, which is a document. */
export function imageTypeOf(base64: string): string | null {
  const bytes = atob(base64.slice(0, 64));
  return BEGINNINGS.find(([, matches]) => matches(bytes))?.[0] ?? null;
}
