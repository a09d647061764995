/**
 * Builds the executable.
 *
 *   bun run build                             dist/everruns, for this machine
 *   bun run build --target bun-linux-arm64    dist/everruns-linux-arm64; repeatable
 *   bun run build --all                       every target of a release
 */
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildPage, PAGE_FOLDER } from "./scripts/build-page";

type Target = Bun.Build.CompileTarget;

/** x64 is built as baseline, which also runs on processors without AVX2. */
const RELEASE_TARGETS: readonly Target[] = [
  "bun-linux-x64-baseline",
  "bun-linux-arm64",
  "bun-linux-x64-baseline-musl",
  "bun-linux-arm64-musl",
  "bun-darwin-x64-baseline",
  "bun-darwin-arm64",
  "bun-windows-x64-baseline",
];

process.chdir(import.meta.dir);
const { target = [], all } = readArguments();
const targets = all ? RELEASE_TARGETS : target.map(withBaseline);
let failures = 0;
await buildPage({ isCompressed: true }).catch((error) => {
  console.error(`the page: not built\n${explain(error, undefined)}`);
  process.exit(1);
});
for (const one of targets.length > 0 ? targets : [undefined]) if (!(await build(one))) failures++;
process.exit(failures > 0 ? 1 : 0);

function readArguments() {
  try {
    return parseArgs({ options: { target: { type: "string", multiple: true }, all: { type: "boolean" } } }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\nusage: bun run build [--target bun-<system>-<processor>]... [--all]`);
    process.exit(2);
  }
}

/** Without a target, the runtime that runs this script goes into the executable, and nothing is downloaded. */
async function build(target: Target | undefined): Promise<boolean> {
  const begun = performance.now();
  const outfile = target ? `dist/everruns-${target.replace("bun-", "").replace("-baseline", "")}` : "dist/everruns";
  try {
    await Bun.build({
      entrypoints: ["src/main.ts"],
      target: "bun",
      format: "esm",
      // Elysia reads the names of a handler's parameters from its text: identifiers stay as they are.
      minify: { whitespace: true, syntax: true, identifiers: false },
      sourcemap: "linked",
      bytecode: true,
      plugins: [embedPage()],
      define: { "process.env.NODE_ENV": '"production"' },
      // A .env or bunfig.toml in the folder where someone starts the executable is not meant for it.
      compile: { ...(target ? { target } : {}), outfile, autoloadDotenv: false, autoloadBunfig: false },
    });
  } catch (error) {
    console.error(`${outfile}: not built\n${explain(error, target)}`);
    return false;
  }
  // The executable carries its source map inside; the copy beside it is of no use.
  rmSync(`${outfile}.map`, { force: true });
  const file = target?.includes("windows") ? `${outfile}.exe` : outfile;
  console.log(`${file}  ${(statSync(file).size / 1e6).toFixed(1)} MB  ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  return true;
}

/** Puts a module that names every file of the page, and so takes it into the executable, in the place of the one that names none. */
function embedPage(): Bun.BunPlugin {
  const paths = readdirSync(PAGE_FOLDER, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const imports = paths.map((path, index) => `import file${index} from ${JSON.stringify(path)} with { type: "file" };`);
  const entries = paths.map((path, index) => `${JSON.stringify(path.slice(PAGE_FOLDER.length).replaceAll("\\", "/"))}: file${index},`);
  const contents = `${imports.join("\n")}\nexport const embeddedPage = {\n${entries.join("\n")}\n};\n`;
  return {
    name: "embed-page",
    setup: (bundler) => void bundler.onLoad({ filter: /[\\/]src[\\/]server[\\/]embedded-page\.ts$/ }, () => ({ loader: "ts", contents })),
  };
}

function withBaseline(target: string): Target {
  const isPlainX64 = /-x64(-musl)?$/.test(target);
  return (isPlainX64 ? target.replace("-x64", "-x64-baseline") : target) as Target;
}

function explain(error: unknown, target: Target | undefined): string {
  const problems = error instanceof AggregateError ? error.errors : [error];
  const words = problems.map((problem) => String(problem)).join("\n");
  if (!/download/i.test(words)) return words;
  return `${words}
The runtime for ${target} is downloaded from the npm registry, once for each version of Bun. Check that the registry can be reached from
here, or build on a machine of that kind with \`bun run build\`.`;
}
