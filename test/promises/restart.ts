import { quantile } from "../support/process-figures";
import { above, type Measure, round, until } from "./promise";
import { clientOf, createSite, fill, simulate, sizeMb } from "./site";

const TURNS = 20;
const DATABASE_MB = 100;

/** P6: killed in mid-turn with a large database, the next start has taken up every open turn within a second. */
export const measureRestart: Measure = async ({ isQuick }) => {
  await using site = await createSite();
  const { server } = site;
  const first = await clientOf(site);
  const agent = await first.createAgent();
  await first.createSession(agent.id);
  await server.stop();
  fill(site.database, DATABASE_MB);
  await server.start();

  const ready: number[] = [];
  const resumed: number[] = [];
  for (let time = 1; time <= (isQuick ? 3 : 100); time++) {
    const before = await clientOf(site);
    const talks = await Promise.all(Array.from({ length: TURNS }, () => before.createSession(agent.id)));
    await Promise.all(
      talks.map(async (talk) => {
        await before.say(talk, simulate({ repeat: "word ", times: 5000, delay_ms: 20 }));
        await before.follow(talk, ({ type }) => type === "message.delta");
      }),
    );
    await server.kill();
    await server.start();
    const { spawnedAt, readyAt } = server.lives.at(-1)!;
    const after = await clientOf(site);
    const moments = await Promise.all(
      talks.map(async ({ path }) => {
        let at: number | undefined;
        await until(async () => {
          const { items } = (await after.get<{ items: { event_type: string; created_at: string }[] }>(`${path}/events/list?limit=100`))
            .body;
          const event = items.find(({ event_type }) => event_type === "turn.resumed");
          at = event && Date.parse(event.created_at);
          return at !== undefined;
        });
        return at! - spawnedAt;
      }),
    );
    ready.push(readyAt! - spawnedAt);
    resumed.push(Math.max(...moments));
    await Promise.all(talks.map(({ path }) => after.call("DELETE", path)));
  }
  return {
    figures: [
      ["restarts", resumed.length],
      ["database, MB", Math.round(sizeMb(site.database))],
      ["start to ready, p50 ms", quantile(ready, 0.5)],
      ["start to ready, p99 ms", quantile(ready, 0.99)],
      [`start to all ${TURNS} turns resumed, p50 ms`, quantile(resumed, 0.5)],
      [`start to all ${TURNS} turns resumed, p99 ms`, round(quantile(resumed, 0.99))],
    ],
    complaints: [
      ...above("start to all turns resumed, p99", quantile(resumed, 0.99), 1000, "ms"),
      ...server.deaths,
      ...server.errors().map((line) => `the server said: ${line.slice(0, 300)}`),
    ],
  };
};
