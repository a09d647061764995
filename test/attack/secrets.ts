import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { builtExecutable } from "../support/executable";
import { eventStream, fakeProvider } from "../support/fake-provider";
import { register, signIn } from "../support/people";
import { type Attack, type AttackClass, unless } from "./attack-class";
import { CANARIES, formsOf } from "./canaries";
import { make } from "./possessions";
import type { Place, World } from "./world";

/** All that was told while the secrets went in, by what it was told in. */
type Told = { where: string; text: string }[];

/** Every secret goes in by every way in, and by ways that fail; then all that leaves or stays is searched for it. */
export const secrets: AttackClass = {
  name: "secrets",
  atOnce: 2,
  async attacks(world) {
    const told: Told = [];
    await usedEverywhere(world, told);
    await backUp(world.open);
    await backUp(world.full);
    const places = [...told, ...keptBy("without accounts", world.open), ...keptBy("with accounts", world.full)];
    const wheres = [...new Set(places.map(({ where }) => where))];
    return Object.entries(CANARIES).flatMap(([name, secret]) =>
      wheres.map(
        (where): Attack => ({
          name: `the ${name} in ${where}`,
          async run() {
            const found = places.filter((place) => place.where === where && formsOf(secret).some((form) => place.text.includes(form)));
            return unless(found.length === 0, `is found ${found.length} times`);
          },
        }),
      ),
    );
  },
};

async function usedEverywhere(world: World, told: Told): Promise<void> {
  const { admin, full, open } = world;
  // A provider that repeats what it was sent, as some do.
  await using echo = fakeProvider(({ headers, path }) =>
    path.includes("models")
      ? Response.json({ error: { message: `Invalid key ${headers.get("authorization")}` } }, { status: 401 })
      : eventStream(`data: {"error":{"message":"no ${headers.get("authorization")}","code":"401"}}\n\n`),
  );
  const tell = (where: string, answer: unknown) => told.push({ where, text: JSON.stringify(answer) });
  for (const client of [open, admin]) {
    const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
      const answer = await client.call<{ id: string }>(method, path, body, headers);
      tell(answer.status < 400 ? "answers" : "errors", [answer.body, [...answer.headers]]);
      return answer.body;
    };
    const name = `Echo ${crypto.randomUUID()}`;
    const fields = { name, provider_type: "custom", base_url: `${echo.url}/v1`, api_key: CANARIES.provider };
    const once = { "idempotency-key": crypto.randomUUID() };
    const provider = await send("POST", "/v1/llm-providers", fields, once);
    await send("POST", "/v1/llm-providers", fields, once);
    await send("POST", "/v1/llm-providers", { ...fields, name: "", api_key: CANARIES.badBody });
    await send("POST", "/v1/llm-providers", { ...fields, provider_type: CANARIES.badBody });
    await send("POST", "/v1/llm-providers", `{"name":"C","api_key":"${CANARIES.badBody}"`);
    await send("POST", "/v1/llm-providers", { ...fields, name: "D", base_url: `http://user:${CANARIES.badBody}@models.example/v1` });
    await send("PATCH", `/v1/llm-providers/${provider.id}`, { api_key: CANARIES.second });
    await send("POST", `/v1/llm-providers/${provider.id}/test`);
    await send("POST", `/v1/llm-providers/${provider.id}/sync-models`);
    await send("POST", `/v1/llm-providers/${provider.id}/models`, { model_id: "m", display_name: "M" });
    const mcp = { name: `s${crypto.randomUUID().slice(0, 8)}`, url: `${echo.url}/mcp`, headers: { authorization: CANARIES.mcpHeader } };
    const { id: mcpId } = await send("POST", "/v1/mcp-servers", mcp);
    await send("POST", `/v1/mcp-servers/${mcpId}/test`, {});
    await send("PUT", "/v1/web-search", { engine: "brave", api_key: CANARIES.searchKey });
    await send("PUT", "/v1/web-search", { engine: CANARIES.badBody, api_key: CANARIES.badBody });
    await send("GET", "/v1/web-search");
    await send("GET", `/v1/agents?limit=${CANARIES.query}`);
    await send("GET", `/nothing?key=${CANARIES.query}`);

    const parameters = { type: "object", properties: {} };
    const headers = { Authorization: { secret: CANARIES.toolHeader } };
    const tool = { type: "http", name: "look_up", method: "GET", url: `${echo.url}/models`, parameters, headers };
    const agent = await client.createAgent({ tools: [tool] });
    const session = await client.createSession(agent.id);
    tell("streams", (await client.ask(session, "hello", { model: `${name}/m` })).events);
    tell("streams", (await client.ask(session, '```simulate\n[{"call":[{"name":"look_up","arguments":{}}]},{"text":"done"}]\n```')).events);
    for (const path of ["llm-providers", "mcp-servers", "llm-models", "agents", `agents/${agent.id}/export`, `agents/${agent.id}/versions`])
      await send("GET", `/v1/${path}`);
    await send("GET", `${session.path}/messages`);
  }

  const person = `Secretive${crypto.randomUUID().slice(0, 8)}`;
  const secretive = await register(full, person, { password: CANARIES.password });
  await signIn(full, secretive.user.email, CANARIES.password);
  const body = { email: secretive.user.email, password: CANARIES.wrongPassword };
  const wrong = await full.post("/api/auth/login", body, { "x-forwarded-for": "203.0.113.77" });
  tell("errors", wrong.body);
  tell("answers", (await secretive.get("/api/auth/me")).body);
  tell("answers", (await admin.get("/v1/users?limit=1000")).body);
  tell("answers", (await admin.get("/v1/audit-events?limit=1000")).body);
  await make(secretive, "/api/auth/api-keys", { name: "key" });
}

async function backUp({ site }: Place): Promise<void> {
  const child = Bun.spawn([builtExecutable(), "backup", join(site.folder, `copy-${crypto.randomUUID()}.db`), "--data-dir", site.dataDir], {
    env: {},
    stdout: "ignore",
    stderr: "ignore",
  });
  if ((await child.exited) !== 0) throw new Error("no backup was made");
}

/** The log, the database, what SQLite keeps beside it, and the backups: all of the folder but the keys, which are what the rest is sealed with. */
function keptBy(which: string, { site }: Place): Told {
  const files = (folder: string) =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
      entry.isFile() && !entry.name.endsWith(".key") ? [join(folder, entry.name)] : [],
    );
  return [...files(site.folder), ...files(site.dataDir)].map((path) => ({
    where: `${path
      .split("/")
      .at(-1)!
      .replace(/^copy-.*/, "a backup")} of the server ${which}`,
    text: readFileSync(path, "latin1"),
  }));
}
