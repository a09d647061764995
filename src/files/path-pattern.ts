import { nameOf } from "@/domain/file";

/**
 * Which paths a pattern means: with wildcards (`*`, `**`, `?`, `[…]`, `{…}`) whole paths, or names alone where it has no slash;
 * without wildcards, every path that has it in it.
 */
export function pathPattern(pattern: string): (path: string) => boolean {
  const text = pattern.normalize("NFC");
  if (!/[*?[\]{}]/.test(text)) return (path) => path.includes(text);
  if (!text.includes("/")) {
    const glob = new Bun.Glob(text);
    return (path) => glob.match(nameOf(path));
  }
  const glob = new Bun.Glob(text.startsWith("/") ? text : `/${text}`);
  return (path) => glob.match(path);
}
