import { connect, type Socket } from "node:net";
import { connectionsTo, openFiles, residentBytes } from "../support/process-figures";
import { head } from "../support/raw-http";
import { above, type Measure, round, until } from "./promise";
import { clientOf, createSite, lengthen, type Site, type Talk } from "./site";

const LONG_LOG_EVENTS = 30_000;
const MOST_STALLED_BYTES = 1_000_000;
const MOST_WATCHER_BYTES = 50_000;

/** After storms that are all alike memory does not grow from one to the next; collections come when they come. */
const MOST_STORM_GROWTH_MB = 30;

/** P14: a watcher who does not read costs little, a thousand cost little each, and those who come and go at once leave nothing. */
export const measureWatchers: Measure = async ({ isQuick }) => {
  await using site = await createSite();
  const first = await clientOf(site);
  const agent = await first.createAgent();
  const long = await first.createSession(agent.id);
  await site.server.stop();
  lengthen(site.database, long.id, LONG_LOG_EVENTS);
  await site.server.start();
  const client = await clientOf(site);
  const talks = await Promise.all(Array.from({ length: 50 }, () => client.createSession(agent.id)));
  for (const talk of talks) await client.ask(talk, "hello");
  // What the first of each kind makes the server load is no watcher's cost.
  await storm(site, talks, 200);
  await leave(await stall(site, [long], 10));
  const ownFiles = () => (openFiles(site.server.pid())?.files ?? 0) - connectionsTo(Number(new URL(client.url).port));
  const filesBefore = ownFiles();

  const stalled = isQuick ? 20 : 200;
  const stalledBytes = await costOf(site, stalled, () => stall(site, [long], stalled));
  const watchers = isQuick ? 100 : 1000;
  const watcherBytes = await costOf(site, watchers, () => watch(site, talks, watchers));

  const storms: number[] = [];
  for (let time = 1; time <= (isQuick ? 2 : 10); time++) {
    await storm(site, talks, isQuick ? 100 : 1000);
    await Bun.sleep(500);
    storms.push(residentBytes(site.server.pid()) / 1e6);
  }
  await until(() => ownFiles() <= filesBefore, 10_000).catch(() => {});
  const filesAfter = ownFiles();
  const growth = storms.at(-1)! - storms[Math.floor(storms.length / 2)]!;
  return {
    figures: [
      [`one of ${stalled} stalled watchers, bytes`, Math.round(stalledBytes)],
      [`one of ${watchers} watchers, bytes`, Math.round(watcherBytes)],
      ["connect storms", storms.length],
      ["memory after each storm, MB", storms.map(Math.round).join(" ")],
      ["files of its own open, before and after", `${filesBefore} ${filesAfter}`],
    ],
    complaints: [
      ...above("a stalled watcher", stalledBytes, MOST_STALLED_BYTES, "bytes"),
      ...above("a watcher", watcherBytes, MOST_WATCHER_BYTES, "bytes"),
      ...above("memory from the middle storm to the last", growth, MOST_STORM_GROWTH_MB, "MB"),
      ...(filesAfter > filesBefore ? [`${filesAfter - filesBefore} files stayed open`] : []),
      ...site.server.deaths,
    ],
  };
};

/** What one of so many adds to the server's memory, once it has settled. */
async function costOf({ server }: Site, number: number, come: () => Promise<Socket[]>): Promise<number> {
  await Bun.sleep(1000);
  const before = residentBytes(server.pid());
  const sockets = await come();
  await Bun.sleep(2000);
  const after = residentBytes(server.pid());
  await leave(sockets);
  return round(Math.max(0, after - before) / number);
}

/** People who ask for a long log and read nothing of it. */
const stall = (site: Site, talks: readonly Talk[], number: number) => open(site, talks, number, (socket) => socket.pause());

/** People who read whatever comes. */
const watch = (site: Site, talks: readonly Talk[], number: number) => open(site, talks, number, (socket) => socket.on("data", () => {}));

async function open({ server }: Site, talks: readonly Talk[], number: number, opened: (socket: Socket) => void): Promise<Socket[]> {
  const url = await server.url();
  const connecting = Array.from({ length: number }, (_, index) => {
    const { promise, resolve, reject } = Promise.withResolvers<Socket>();
    const socket = connect(Number(new URL(url).port), "127.0.0.1", () => {
      opened(socket);
      socket.write(head(url, `GET ${talks[index % talks.length]!.path}/events`));
      resolve(socket);
    });
    socket.on("error", reject);
    return promise;
  });
  return Promise.all(connecting);
}

async function leave(sockets: readonly Socket[]): Promise<void> {
  for (const socket of sockets) socket.destroy();
  await Bun.sleep(500);
}

/** They come all at once, and are gone before they were answered, or soon after. */
async function storm(site: Site, talks: readonly Talk[], number: number): Promise<void> {
  const sockets = await watch(site, talks, number);
  for (const [index, socket] of sockets.entries()) setTimeout(() => socket.destroy(), index % 100);
  await Bun.sleep(200);
}
