import { existsSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import { defineCommand } from "citty";
import { readConfig } from "@/config";
import { findDamage } from "@/database/check-database";
import type { LlmProvider } from "@/domain/llm-provider";
import { CONNECTION, type ConnectionArgs, connect } from "./client/connection";
import { printJson, printRows } from "./client/output";
import { environment } from "./environment";

/** `isOk` null: nothing to find fault with, and nothing to be glad of. */
type Finding = { what: string; isOk: boolean | null; words: string };

const LEAST_FREE_BYTES = 500e6;

export const doctor = defineCommand({
  meta: { name: "doctor", description: "Look whether all is well with the data, the server and its providers; exit code 1 when not" },
  args: CONNECTION,
  async run({ args }) {
    const { dataDir } = readConfig({ dataDir: args["data-dir"] }, environment());
    const findings = [...lookAtData(dataDir), ...(await lookAtServer(args))];
    if (args.json) printJson(findings.map(({ what, isOk, words }) => ({ what, ok: isOk, words })));
    else printRows(findings.map(({ what, isOk, words }) => [isOk === null ? "–" : isOk ? "✓" : "✗", what, words]));
    process.exitCode = findings.some(({ isOk }) => isOk === false) ? 1 : 0;
  },
});

function lookAtData(folder: string): Finding[] {
  const database = join(folder, "everruns.db");
  if (!existsSync(database)) return [{ what: "data", isOk: null, words: `There is no database in ${folder} yet: everruns serve makes it` }];
  const damage = findDamage(database);
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  return [
    { what: "database", isOk: damage === null, words: damage ?? `whole, ${sizeOf(statSync(database).size)}` },
    { what: "disk", isOk: free >= LEAST_FREE_BYTES, words: `${sizeOf(free)} free` },
    ...["secrets.key", "jwt.key"].flatMap((name) => lookAtKey(join(folder, name), name)),
  ];
}

function lookAtKey(path: string, what: string): Finding[] {
  if (!existsSync(path)) return [];
  const isOpen = process.platform !== "win32" && (statSync(path).mode & 0o077) !== 0;
  return [{ what, isOk: !isOpen, words: isOpen ? `others may read it: chmod 600 ${path}` : "its owner's alone" }];
}

async function lookAtServer(args: ConnectionArgs): Promise<Finding[]> {
  const api = connect(args);
  const failed = (what: string) => (error: Error) => [{ what, isOk: false, words: error.message }];
  const server = await api
    .get<{ status: string; version: string }>("/health")
    .then(
      ({ status, version }): Finding[] => [{ what: "server", isOk: status === "ok", words: `${api.url} runs ${version}` }],
      failed("server"),
    );
  if (!server[0]!.isOk) return server;
  const providers = await api.get<LlmProvider[]>("/v1/llm-providers").then(
    (all) => Promise.all(all.filter(({ status }) => status === "active").map(testOf)),
    (error: Error) => failed("providers")(error),
  );
  return [...server, ...providers.flat()];

  async function testOf({ id, name }: LlmProvider): Promise<Finding[]> {
    const test = api.post<{ ok: boolean; message: string }>(`/v1/llm-providers/${id}/test`);
    return test.then(({ ok, message }) => [{ what: name, isOk: ok, words: message }], failed(name));
  }
}

function sizeOf(bytes: number): string {
  const [value, unit] = bytes >= 1e9 ? [bytes / 1e9, "GB"] : [bytes / 1e6, "MB"];
  return `${new Intl.NumberFormat("en", { maximumFractionDigits: 1 }).format(value)} ${unit}`;
}
