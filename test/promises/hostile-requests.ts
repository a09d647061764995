import { probeLag } from "../support/lag-probe";
import { quantile } from "../support/process-figures";
import { above, type Finding, type Measure, round } from "./promise";
import { clientOf, createSite, lengthen, type Talk } from "./site";

const AT_ONCE = 2;
const LONGEST_LAG_MS = 50;

type Hostile = { name: string; method: string; path: string; body?: string; headers?: Record<string, string> };

const json = (value: unknown): string => JSON.stringify(value);
const nested = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;
const crowded = (members: number): string => `{${Array.from({ length: members }, (_, index) => `"k${index}":${index}`).join(",")}}`;

/** Requests that cost whoever sends them little. */
function hostileRequests({ path }: Talk, agentId: string): Hostile[] {
  const say = (text: string) => json({ message: { content: text } });
  return [
    { name: "a body nested 100,000 deep", method: "POST", path: "/v1/agents", body: nested(100_000) },
    {
      name: "metadata nested 100,000 deep",
      method: "POST",
      path: `${path}/messages`,
      body: `{"message":{"content":"x"},"metadata":${nested(100_000)}}`,
    },
    { name: "a body with 200,000 members", method: "POST", path: "/v1/agents", body: crowded(200_000) },
    { name: "a body of 9 MB", method: "POST", path: `${path}/messages`, body: say("x".repeat(9_000_000)) },
    { name: "a body of 9 MB that is no JSON", method: "POST", path: "/v1/agents", body: `"${"\\u0000".repeat(1_500_000)}` },
    { name: "100,000 tags", method: "PATCH", path: `/v1/agents/${agentId}`, body: json({ tags: Array.from({ length: 100_000 }, String) }) },
    { name: "a search for a long pattern", method: "GET", path: `/v1/sessions?search=${"%25_".repeat(500)}` },
    { name: "a thousand events of a long log", method: "GET", path: `${path}/events/list?limit=1000&offset=29000` },
    { name: "a long log, filtered", method: "GET", path: `${path}/events/list?limit=1&types=message.user` },
    { name: "the messages of a long log", method: "GET", path: `${path}/messages?limit=1000` },
    { name: "an offset beyond everything", method: "GET", path: "/v1/sessions?limit=1000&offset=999999999" },
    { name: "a long path", method: "GET", path: `/v1/agents/${"%2e%2e%2f".repeat(1000)}` },
    { name: "the document", method: "GET", path: "/api-doc/openapi.json" },
    { name: "a script of 1,000 steps", method: "POST", path: `${path}/messages`, body: say("```simulate\n".repeat(5000)) },
  ];
}

/** P18: whatever a single request asks for, others are answered as if it were not there. */
export const measureHostile: Measure = async ({ isQuick }) => {
  await using site = await createSite();
  const first = await clientOf(site);
  const agent = await first.createAgent();
  const talk = await first.createSession(agent.id);
  await site.server.stop();
  lengthen(site.database, talk.id, 30_000);
  await site.server.start();
  const { url } = await clientOf(site);
  await using probe = probeLag(url);

  const figures: Finding["figures"] = [];
  const complaints: string[] = [];
  await Bun.sleep(isQuick ? 300 : 1000);
  figures.push(["alone, p99 ms", round(quantile(probe.take().ms, 0.99))]);
  for (const hostile of hostileRequests(talk, agent.id)) {
    const until = performance.now() + (isQuick ? 300 : 3000);
    const statuses = new Set<number>();
    const send = async () => {
      while (performance.now() < until) statuses.add(await sendOnce(url, hostile));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, send));
    const { ms, failures } = probe.take();
    const p99 = quantile(ms, 0.99);
    figures.push([`${hostile.name}: ${[...statuses].join(" ")}, p99 ms`, round(p99)]);
    complaints.push(...above(`others, during ${hostile.name}, p99`, p99, LONGEST_LAG_MS, "ms"));
    if (failures > 0) complaints.push(`${failures} others were not answered during ${hostile.name}`);
    if ([...statuses].some((status) => status >= 500)) complaints.push(`${hostile.name} was answered ${[...statuses].join(" ")}`);
  }
  return { figures, complaints: [...complaints, ...site.server.deaths] };
};

async function sendOnce(url: string, { method, path, body, headers = {} }: Hostile): Promise<number> {
  try {
    const answer = await fetch(url + path, {
      method,
      headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { body }),
    });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return 0;
  }
}
