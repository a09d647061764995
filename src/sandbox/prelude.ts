/** What a program finds in QuickJS beside the language: a console, the files as Node's `fs` has them, `path`, and timers that do not wait. */
export const PRELUDE = /* js */ `
(() => {
  const { __print, __warn, __readText, __readBase64, __writeText, __writeBase64, __remove, __list } = globalThis;
  for (const name of ["__print", "__warn", "__readText", "__readBase64", "__writeText", "__writeBase64", "__remove", "__list"]) delete globalThis[name];

  const show = (value, depth = 0, seen = []) => {
    if (typeof value === "string") return depth === 0 ? value : JSON.stringify(value);
    if (typeof value === "function") return "[Function " + (value.name || "(anonymous)") + "]";
    if (typeof value === "bigint") return value + "n";
    if (value === null || typeof value !== "object") return String(value);
    if (value instanceof Error) return value.name + ": " + value.message;
    if (seen.includes(value)) return "[Circular]";
    if (depth > 4) return Array.isArray(value) ? "[Array]" : "[Object]";
    const next = [...seen, value];
    const inner = (each) => show(each, depth + 1, next);
    if (Array.isArray(value) || ArrayBuffer.isView(value)) {
      const items = Array.from(value).slice(0, 100).map(inner);
      return "[" + items.join(", ") + (value.length > 100 ? ", … " + (value.length - 100) + " more" : "") + "]";
    }
    if (value instanceof Map) return "Map {" + [...value].map(([key, each]) => inner(key) + " => " + inner(each)).join(", ") + "}";
    if (value instanceof Set) return "Set {" + [...value].map(inner).join(", ") + "}";
    if (value instanceof Date) return value.toISOString();
    return "{ " + Object.entries(value).map(([key, each]) => key + ": " + inner(each)).join(", ") + " }";
  };
  const line = (print) => (...values) => print(values.map((value) => show(value)).join(" ") + "\\n");
  const console = { log: line(__print), info: line(__print), debug: line(__print), warn: line(__warn), error: line(__warn) };
  console.table = console.dir = console.log;
  globalThis.console = console;

  const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const toBase64 = (bytes) => {
    let text = "";
    for (let at = 0; at < bytes.length; at += 3) {
      const three = (bytes[at] << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
      const left = bytes.length - at;
      text += ALPHABET[three >> 18] + ALPHABET[(three >> 12) & 63] + (left > 1 ? ALPHABET[(three >> 6) & 63] : "=") + (left > 2 ? ALPHABET[three & 63] : "=");
    }
    return text;
  };
  const fromBase64 = (text) => {
    const plain = text.replace(/=+$/, "");
    const bytes = new Uint8Array(Math.floor((plain.length * 3) / 4));
    for (let at = 0, to = 0; at < plain.length; at += 4) {
      const four = [0, 1, 2, 3].reduce((sum, step) => (sum << 6) | Math.max(0, ALPHABET.indexOf(plain[at + step] ?? "A")), 0);
      for (const shift of [16, 8, 0]) if (to < bytes.length) bytes[to++] = (four >> shift) & 255;
    }
    return bytes;
  };
  globalThis.btoa = (text) => toBase64(Uint8Array.from(text, (sign) => sign.charCodeAt(0)));
  globalThis.atob = (text) => String.fromCharCode(...fromBase64(text));
  globalThis.structuredClone ??= (value) => JSON.parse(JSON.stringify(value));

  const tidy = (path) => {
    const parts = [];
    for (const part of String(path).split("/")) {
      if (part === "..") parts.pop();
      else if (part !== "" && part !== ".") parts.push(part);
    }
    return "/" + parts.join("/");
  };
  const listed = () => JSON.parse(__list());
  const failure = (code, words, path) => Object.assign(new Error(code + ": " + words + ", '" + path + "'"), { code });
  const encodingOf = (options) => (typeof options === "string" ? options : options?.encoding);
  const folderHas = (folder) => {
    const under = folder === "/" ? "/" : folder + "/";
    return listed().some(([path]) => path.startsWith(under));
  };
  const fs = {
    readFileSync(path, options) {
      const where = tidy(path);
      const isText = encodingOf(options) != null;
      const found = isText ? __readText(where) : __readBase64(where);
      if (found === null) throw failure("ENOENT", "no such file", where);
      return isText ? found : fromBase64(found);
    },
    writeFileSync(path, data) {
      if (typeof data === "string") __writeText(tidy(path), data);
      else if (ArrayBuffer.isView(data)) __writeBase64(tidy(path), toBase64(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)));
      else throw new TypeError("The data must be a string or a Uint8Array");
    },
    appendFileSync(path, data) {
      fs.writeFileSync(path, (__readText(tidy(path)) ?? "") + data);
    },
    existsSync: (path) => __readText(tidy(path)) !== null || folderHas(tidy(path)),
    unlinkSync(path) {
      if (__remove(tidy(path)) === null) throw failure("ENOENT", "no such file", tidy(path));
    },
    rmSync(path, { recursive = false, force = false } = {}) {
      const where = tidy(path);
      const gone = listed().filter(([each]) => each === where || (recursive && each.startsWith(where === "/" ? "/" : where + "/")));
      if (gone.length === 0 && !force) throw failure("ENOENT", "no such file", where);
      for (const [each] of gone) __remove(each);
    },
    renameSync(from, to) {
      const held = __readBase64(tidy(from));
      if (held === null) throw failure("ENOENT", "no such file", tidy(from));
      __writeBase64(tidy(to), held);
      __remove(tidy(from));
    },
    copyFileSync(from, to) {
      const held = __readBase64(tidy(from));
      if (held === null) throw failure("ENOENT", "no such file", tidy(from));
      __writeBase64(tidy(to), held);
    },
    mkdirSync() {},
    readdirSync(path = "/", { recursive = false } = {}) {
      const under = tidy(path) === "/" ? "/" : tidy(path) + "/";
      const inside = listed().filter(([each]) => each.startsWith(under)).map(([each]) => each.slice(under.length));
      if (inside.length === 0 && under !== "/") throw failure("ENOENT", "no such folder", tidy(path));
      return recursive ? inside : [...new Set(inside.map((each) => each.split("/")[0]))];
    },
    statSync(path) {
      const where = tidy(path);
      const found = listed().find(([each]) => each === where);
      if (!found && !folderHas(where)) throw failure("ENOENT", "no such file or folder", where);
      return { size: found ? found[1] : 0, isFile: () => found !== undefined, isDirectory: () => found === undefined };
    },
  };
  const promises = {};
  for (const [name, call] of Object.entries(fs)) promises[name.replace(/Sync$/, "")] = async (...given) => call(...given);
  fs.promises = promises;
  const path = {
    sep: "/",
    join: (...parts) => tidy(parts.join("/")),
    resolve: (...parts) => tidy(parts.reduce((whole, part) => (part.startsWith("/") ? part : whole + "/" + part), "/")),
    basename: (each, ending = "") => { const name = each.split("/").at(-1); return name.endsWith(ending) ? name.slice(0, name.length - ending.length) : name; },
    dirname: (each) => tidy(each.split("/").slice(0, -1).join("/")),
    extname: (each) => /(?:.)(\\.[^.\\/]*)$/.exec(each)?.[1] ?? "",
  };
  const modules = { fs, path, "fs/promises": promises };
  globalThis.require = (name) => {
    const found = modules[String(name).replace(/^node:/, "")];
    if (!found) throw new Error("There is no module '" + name + "' here: only fs, fs/promises and path");
    return found;
  };
  globalThis.process = { argv: ["program"], env: {}, cwd: () => "/", platform: "sandbox" };

  const timers = new Map();
  let nextTimer = 1;
  let clock = 0;
  const later = (run, delay, given, every) => {
    timers.set(nextTimer, { run, at: clock + Math.max(0, Number(delay) || 0), given, every });
    return nextTimer++;
  };
  globalThis.setTimeout = (run, delay, ...given) => later(run, delay, given, null);
  globalThis.setInterval = (run, delay, ...given) => later(run, delay, given, Math.max(1, Number(delay) || 1));
  globalThis.clearTimeout = globalThis.clearInterval = (id) => void timers.delete(id);
  globalThis.__nextTimer = () => {
    const [id, timer] = [...timers].sort((one, other) => one[1].at - other[1].at)[0] ?? [];
    if (!timer) return false;
    clock = timer.at;
    if (timer.every === null) timers.delete(id);
    else timer.at += timer.every;
    timer.run(...timer.given);
    return true;
  };

  let settled = { result: null, error: null };
  const asJson = (value) => {
    if (value === undefined || typeof value === "function" || typeof value === "symbol") return null;
    try {
      return JSON.parse(JSON.stringify(value, (_, each) => (typeof each === "bigint" ? each.toString() : each instanceof Map ? Object.fromEntries(each) : each instanceof Set ? [...each] : each)));
    } catch {
      return show(value);
    }
  };
  const words = (error) => (error instanceof Error ? error.name + ": " + error.message + (error.stack ? "\\n" + error.stack.trimEnd() : "") : "Uncaught " + show(error));
  globalThis.__settle = (value) => {
    if (typeof value?.then !== "function") settled = { result: asJson(value), error: null };
    else {
      settled = { result: null, error: "The program waits for something that never comes" };
      value.then((result) => (settled = { result: asJson(result), error: null }), (error) => (settled = { result: null, error: words(error) }));
    }
  };
  globalThis.__settled = () => JSON.stringify(settled);
})();
`;
