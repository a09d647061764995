import { Database as Sqlite } from "bun:sqlite";
import { join } from "node:path";
import { findDamage } from "@/database/check-database";
import { builtExecutable } from "../support/executable";
import { quantile } from "../support/process-figures";
import { above, type Finding, type Measure, round } from "./promise";
import { clientOf, createSite, fill, type Site, simulate, sizeMb } from "./site";

const WRITERS = 8;

/** Between two messages of one writer: load, and still short of what two cores can do. Milliseconds. */
const PAUSE_MS = 100;
const DATABASE_MB = 100;
const READ_MS = 5000;

/** What a burst leaves, and what may be added to it before the next checkpoint. */
const LARGEST_LOG_AFTER_MB = 24;

/** P10 and P13: backups are made under load, are whole, and no writer is refused or kept waiting; a reader that takes long leaves no trace. */
export const measureBackup: Measure = async ({ isQuick }) => {
  await using site = await createSite();
  const client = await clientOf(site);
  const agent = await client.createAgent();
  await client.createSession(agent.id);
  await site.server.stop();
  fill(site.database, DATABASE_MB);
  await site.server.start();

  const load = await beginLoad(site, agent.id);
  await Bun.sleep(isQuick ? 500 : 5000);
  const alone = load.take();
  const complaints: string[] = [];
  const backups = isQuick ? 1 : 10;
  const tookMs: number[] = [];
  let acknowledged = 0;
  for (let time = 1; time <= backups; time++) {
    acknowledged = load.acknowledged();
    const begun = performance.now();
    complaints.push(...(await everruns(["backup", copyOf(site, time), "--data-dir", site.dataDir])));
    tookMs.push(performance.now() - begun);
  }
  const during = load.take();
  const reading = await readLong(site, isQuick ? 500 : READ_MS);
  const whileRead = load.take();
  await Bun.sleep(500);
  const logAfterMb = sizeMb(`${site.database}-wal`);
  complaints.push(...(await load.stop()));
  complaints.push(...(await restoreInto(join(site.folder, "restored"), copyOf(site, backups), acknowledged)));

  const p99 = quantile(during, 0.99);
  return {
    figures: [
      ["backups", backups],
      ["database, MB", Math.round(sizeMb(site.database))],
      ["a backup, p50 ms", Math.round(quantile(tookMs, 0.5))],
      ["writes during backups", during.length],
      ["write without a backup, p99 ms", round(quantile(alone, 0.99))],
      ["write during backups, p50 ms", round(quantile(during, 0.5))],
      ["write during backups, p99 ms", round(p99)],
      ["write during backups, most ms", round(Math.max(...during))],
      ["write while someone reads, p99 ms", round(quantile(whileRead, 0.99))],
      ["write-ahead log while someone reads, most MB", round(reading.mostMb)],
      ["write-ahead log after that, MB", round(logAfterMb)],
      ["refused writes", load.refused()],
    ],
    complaints: [
      ...complaints,
      ...above("write during backups, p99", p99, 50, "ms"),
      ...above("write-ahead log after a long reader", logAfterMb, LARGEST_LOG_AFTER_MB, "MB"),
      ...site.server.deaths,
      ...site.server.errors().map((line) => `the server said: ${line.slice(0, 300)}`),
    ],
  } satisfies Finding;
};

const copyOf = ({ folder }: Site, time: number): string => join(folder, `backup-${time}.db`);

/** People who write, each message with its turn. */
async function beginLoad(site: Site, agentId: string) {
  const client = await clientOf(site);
  let latencies: number[] = [];
  let isOver = false;
  let acknowledged = 0;
  const refusals: string[] = [];

  async function write(): Promise<void> {
    while (!isOver) {
      const session = await client.createSession(agentId);
      for (let message = 1; message <= 5 && !isOver; message++) {
        const begun = performance.now();
        const answer = await client.post(`${session.path}/messages`, { message: { content: simulate({ text: "a short answer" }) } });
        latencies.push(performance.now() - begun);
        if (answer.status === 201) acknowledged++;
        else refusals.push(`a message was answered ${answer.status} ${JSON.stringify(answer.body)}`);
        await Bun.sleep(PAUSE_MS);
      }
    }
  }
  const writing = Array.from({ length: WRITERS }, write);
  return {
    acknowledged: () => acknowledged,
    refused: () => refusals.length,
    take() {
      const taken = latencies;
      latencies = [];
      return taken;
    },
    async stop() {
      isOver = true;
      await Promise.all(writing);
      return refusals.slice(0, 5);
    },
  };
}

/** Someone reads in one transaction, as a slow copy would: the log can't begin anew meanwhile. */
async function readLong({ database }: Site, ms: number): Promise<{ mostMb: number }> {
  using reader = new Sqlite(database, { readonly: true });
  reader.run("BEGIN");
  reader.query("SELECT count(*) FROM events").get();
  await Bun.sleep(ms);
  const mostMb = sizeMb(`${database}-wal`);
  reader.run("COMMIT");
  return { mostMb };
}

async function everruns(args: string[]): Promise<string[]> {
  const child = Bun.spawn([builtExecutable(), ...args], { env: {}, stdout: "ignore", stderr: "pipe" });
  const [code, words] = await Promise.all([child.exited, new Response(child.stderr).text()]);
  return code === 0 ? [] : [`everruns ${args[0]} ended with exit code ${code}: ${words}`];
}

/** The copy is whole, and holds at least what was acknowledged before it was begun. */
async function restoreInto(folder: string, copy: string, acknowledged: number): Promise<string[]> {
  const complaints = await everruns(["restore", copy, "--data-dir", folder]);
  if (complaints.length > 0) return complaints;
  const path = join(folder, "everruns.db");
  const damage = findDamage(path);
  using database = new Sqlite(path, { readonly: true });
  const kept = database.query<{ n: number }, []>("SELECT count(*) AS n FROM events WHERE type = 'message.user'").get()!.n;
  return [
    ...(damage === null ? [] : [`the restored database is not whole: ${damage}`]),
    ...(kept < acknowledged
      ? [`the restored database has ${kept} messages, and ${acknowledged} were acknowledged before it was copied`]
      : []),
  ];
}
