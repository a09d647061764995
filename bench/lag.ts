/**
 * How long others wait while one request asks for much: `bun run bench:lag`, or with a part of a case's name behind it; `bun run bench:abilities` does
 * the same for what agents' tools meet. Prints a table, and as
 * the last line the same as JSON. A probe in a thread of its own asks the executable for its health every 20 ms; `rest` is what it sees when
 * nothing else goes on. Single requests that take long are counted by the longest wait, `most`.
 */
import { createSite, type Site } from "../test/promises/site";
import { createClient } from "../test/support/client";
import { probeLag } from "../test/support/lag-probe";
import { type Case, LAG_CASES } from "./lag-cases";
import { quantile } from "./measure";

const REST_MS = 2000;
const [kind = "", wanted = ""] = process.argv[2] === "abilities" ? process.argv.slice(2) : ["requests", process.argv[2]];
const cases = kind === "abilities" ? (await import("./ability-cases")).ABILITY_CASES : LAG_CASES;
const figures: Record<string, object> = {};
for (const one of cases.filter(({ name }) => name.includes(wanted))) {
  await using site = await createSite(one.env);
  Object.assign(figures, { [one.name]: await measure(site, one) });
}
console.table(figures);
console.log(JSON.stringify(figures));

async function measure(site: Site, { prepare, act, settleMs = 200 }: Case) {
  const before = createClient(await site.server.url());
  const agent = await before.createAgent();
  const talk = await before.createSession(agent.id);
  if (prepare) {
    await site.server.stop();
    prepare(site.database, talk.id);
    await site.server.start();
  }
  const client = createClient(await site.server.url());
  await using probe = probeLag(client.url);
  await Bun.sleep(500);
  probe.take();
  await Bun.sleep(REST_MS);
  const rest = probe.take();
  const begun = performance.now();
  const statuses = await act({ client, talk, agentId: agent.id, site });
  const took = performance.now() - begun;
  await Bun.sleep(settleMs);
  const { ms, failures } = probe.take();
  return {
    answers: [...new Set(statuses)].join(" "),
    took_ms: Math.round(took),
    rest_p99: quantile(rest.ms, 0.99),
    p99: quantile(ms, 0.99),
    most: quantile(ms, 1),
    unanswered: failures,
  };
}
