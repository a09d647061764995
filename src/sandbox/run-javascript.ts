import variant from "@jitl/quickjs-singlefile-mjs-release-sync";
import { newQuickJSWASMModuleFromVariant, type QuickJSContext, type QuickJSHandle } from "quickjs-emscripten-core";
import type { Files } from "@/platform/parcel";
import { changesBetween, createPrinter, type Executed, type Execution } from "./execution";
import { PRELUDE } from "./prelude";

const MAX_MEMORY_BYTES = 128 * 1024 * 1024;
const MAX_STACK_BYTES = 512 * 1024;
const MAX_WRITTEN_BYTES = 256 * 1024 * 1024;

/**
 * Runs a program in QuickJS, an interpreter that has nothing but the language: no host, no network, no clock to wait on. The session's files are at
 * `require("fs")`, what it prints goes to stdout and stderr, and the value of its last expression is the result. `await` works at the top, and
 * timers run one after the other, without waiting.
 */
export async function runJavascript({ language, code, timeoutMs }: Execution, files: Files): Promise<Executed> {
  const quickjs = await newQuickJSWASMModuleFromVariant(variant);
  const runtime = quickjs.newRuntime();
  runtime.setMemoryLimit(MAX_MEMORY_BYTES);
  runtime.setMaxStackSize(MAX_STACK_BYTES);
  const endsAt = performance.now() + timeoutMs;
  runtime.setInterruptHandler(() => performance.now() > endsAt);
  const context = runtime.newContext();

  const after = new Map(files);
  const [out, err] = [createPrinter(), createPrinter()];
  offerHost(context, after, out.print, err.print);
  context.unwrapResult(context.evalCode(PRELUDE, "prelude.js")).dispose();

  const program = language === "typescript" ? withoutTypes(code) : { code };
  const ended = "error" in program ? { result: null, error: program.error } : evaluate(context, program.code, endsAt);
  return {
    outcome: { stdout: out.text(), stderr: err.text(), ...ended, exitCode: ended.error === null ? 0 : 1 },
    ...changesBetween(files, after),
  };
}

function withoutTypes(code: string): { code: string } | { error: string } {
  try {
    return { code: new Bun.Transpiler({ loader: "ts", deadCodeElimination: false }).transformSync(code) };
  } catch (error) {
    return { error: `SyntaxError: ${error instanceof Error ? error.message : "the program is not TypeScript"}` };
  }
}

/** As a script, whose value is that of its last expression; where it awaits at the top, as the body of a function. */
function evaluate(context: QuickJSContext, code: string, endsAt: number): { result: unknown; error: string | null } {
  const script = context.evalCode(code, "program.js");
  const isSyntax = script.error !== undefined && /SyntaxError/.test(wordsOf(context, script.error));
  const hasAwait = /\bawait\b/.test(code);
  const begun = isSyntax && hasAwait ? context.evalCode(`(async () => {\n${returningLast(code)}\n})()`, "program.js") : script;
  if (begun.error) return { result: null, error: explain(context, begun.error, endsAt) };

  const settle = context.unwrapResult(context.evalCode("globalThis.__settle"));
  const settling = context.callFunction(settle, context.undefined, begun.value);
  if (settling.error) return { result: null, error: explain(context, settling.error, endsAt) };
  for (;;) {
    const jobs = context.runtime.executePendingJobs();
    if (jobs.error) return { result: null, error: explain(context, jobs.error, endsAt) };
    const timer = context.evalCode("globalThis.__nextTimer()");
    if (timer.error) return { result: null, error: explain(context, timer.error, endsAt) };
    if (!context.dump(timer.value) && !context.runtime.hasPendingJob()) break;
  }
  const settled = context.dump(context.unwrapResult(context.evalCode("globalThis.__settled()"))) as string;
  return JSON.parse(settled) as { result: unknown; error: string | null };
}

/** The last line's value is the function's, unless it is a statement of another kind: then there is none. */
function returningLast(code: string): string {
  const lines = code.trimEnd().split("\n");
  const last = lines.at(-1)!;
  const isExpression = !/^\s*(}|\)|\/\/|(return|const|let|var|if|for|while|do|switch|try|throw|function|class|import|export)\b)/.test(last);
  return isExpression ? [...lines.slice(0, -1), `return ${last.trimStart()}`].join("\n") : code;
}

function explain(context: QuickJSContext, error: QuickJSHandle, endsAt: number): string {
  if (performance.now() > endsAt) return "The program ran for too long and was stopped";
  return wordsOf(context, error);
}

function wordsOf(context: QuickJSContext, error: QuickJSHandle): string {
  const dumped: unknown = context.dump(error);
  if (typeof dumped !== "object" || dumped === null) return String(dumped);
  const { name = "Error", message = "", stack = "" } = dumped as { name?: string; message?: string; stack?: string };
  return `${name}: ${message}${stack ? `\n${stack.trimEnd()}` : ""}`;
}

/** The few functions of the host that the prelude builds on. All take and give text. */
function offerHost(
  context: QuickJSContext,
  files: Map<string, Uint8Array>,
  print: (text: string) => void,
  warn: (text: string) => void,
): void {
  let written = 0;
  const offer = (name: string, serve: (...given: string[]) => string | null | undefined) => {
    const handle = context.newFunction(name, (...given) => {
      const answer = serve(...given.map((each) => context.getString(each)));
      return typeof answer === "string" ? context.newString(answer) : context.null;
    });
    context.setProp(context.global, name, handle);
    handle.dispose();
  };
  const put = (path: string, bytes: Uint8Array): null => {
    written += bytes.byteLength;
    if (written > MAX_WRITTEN_BYTES) throw new Error("The program has written too much");
    files.set(path, bytes);
    return null;
  };
  const take = (path: string, encoding: "utf8" | "base64"): string | null => {
    const bytes = files.get(path);
    return bytes === undefined ? null : Buffer.from(bytes).toString(encoding);
  };
  offer("__print", (text = "") => void print(text));
  offer("__warn", (text = "") => void warn(text));
  offer("__readText", (path = "") => take(path, "utf8"));
  offer("__readBase64", (path = "") => take(path, "base64"));
  offer("__writeText", (path = "", text = "") => put(path, Buffer.from(text, "utf8")));
  offer("__writeBase64", (path = "", base64 = "") => put(path, Buffer.from(base64, "base64")));
  offer("__remove", (path = "") => (files.delete(path) ? "" : null));
  offer("__list", () => JSON.stringify([...files].map(([path, bytes]) => [path, bytes.byteLength])));
}
