/**
 * Builds the web page into dist/page: minified, split, every file named by its content, with what a browser may get in its place beside it (.br, .gz).
 *
 *   bun run scripts/build-page.ts               always, compressed
 *   bun run scripts/build-page.ts --if-stale    only when its sources are newer, and not compressed: for a start from the sources
 */
import { mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import tailwind from "bun-plugin-tailwind";

const PROJECT = resolve(import.meta.dir, "..");
export const PAGE_FOLDER = join(PROJECT, "dist/page");
const SOURCES = ["src/ui/**/*", "src/domain/*.ts", "scripts/build-page.ts", "package.json", "bun.lock"];

if (import.meta.main) {
  const isOnlyIfStale = process.argv.includes("--if-stale");
  if (!isOnlyIfStale || isStale()) await buildPage({ isCompressed: !isOnlyIfStale });
}

/** Puts the page into dist/page, and leaves what is there as it is until all of the new one is written. Throws what the bundler found wrong. */
export async function buildPage({ isCompressed }: { isCompressed: boolean }): Promise<void> {
  const folder = `${PAGE_FOLDER}-${process.pid}`;
  rmSync(folder, { recursive: true, force: true });
  const fonts = fontFiles();
  const { outputs } = await Bun.build({
    entrypoints: [join(PROJECT, "src/ui/index.html")],
    plugins: [fonts.plugin, tailwind],
    target: "browser",
    minify: true,
    splitting: true,
    define: { "process.env.NODE_ENV": '"production"' },
    outdir: folder,
    publicPath: "/",
    naming: { entry: "[name].[ext]", chunk: "assets/[name]-[hash].[ext]", asset: "assets/[name]-[hash].[ext]" },
  });
  for (const [name, path] of fonts.used) await Bun.write(join(folder, "assets", name), Bun.file(path));
  if (isCompressed) await Promise.all(outputs.map(({ path }) => compress(path)));
  mkdirSync(join(PROJECT, "dist"), { recursive: true });
  rmSync(PAGE_FOLDER, { recursive: true, force: true });
  renameSync(folder, PAGE_FOLDER);
}

function isStale(): boolean {
  const built = statSync(join(PAGE_FOLDER, "index.html"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const paths = SOURCES.flatMap((pattern) => [...new Bun.Glob(pattern).scanSync({ cwd: PROJECT, absolute: true })]);
  return paths.some((path) => statSync(path).mtimeMs > built);
}

/** Fonts as files of their own: the bundler would put them into the style sheet, all of them, for every visitor. */
function fontFiles() {
  const used = new Map<string, string>();
  const plugin: Bun.BunPlugin = {
    name: "font-files",
    setup(bundler) {
      bundler.onResolve({ filter: /\.woff2$/ }, async ({ path, importer }) => {
        const file = Bun.resolveSync(path, dirname(importer));
        const hash = Bun.hash(await Bun.file(file).bytes()).toString(36);
        const name = basename(file).replace(".woff2", `-${hash}.woff2`);
        used.set(name, file);
        return { path: `/assets/${name}`, external: true };
      });
    },
  };
  return { used, plugin };
}

/** Fonts are compressed already. */
async function compress(path: string): Promise<void> {
  if (!/\.(js|css|html|svg)$/.test(path)) return;
  const bytes = await Bun.file(path).bytes();
  const [small, smaller] = await Promise.all([
    promisify(gzip)(bytes, { level: 9 }),
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
  ]);
  await Promise.all([Bun.write(`${path}.gz`, small), Bun.write(`${path}.br`, smaller)]);
}
