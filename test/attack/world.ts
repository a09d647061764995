import { Database as Sqlite } from "bun:sqlite";
import type { OpenApiDocument } from "@/server/openapi";
import { createSite, type Site } from "../promises/site";
import { type Client, createClient } from "../support/client";
import { fakeGitHub } from "../support/fake-github";
import { forgingIssuer } from "../support/forging-issuer";
import { type Person, register } from "../support/people";
import { CANARIES } from "./canaries";
import { type Broken, standInFront } from "./fronts";
import { startInside } from "./inside";

/** The name under which people reach the server with accounts. */
export const PUBLIC_URL = "http://everruns.test";

export type Place = Client & { site: Site };

/** Two servers of the executable, those who use them, and what stands around: all that the attacks are made on. */
export type World = {
  /** Without accounts, on this machine alone. */
  open: Place;
  /** With accounts. */
  full: Place;
  document: OpenApiDocument;
  admin: Person;
  owner: Person;
  other: Person;
  google: Awaited<ReturnType<typeof forgingIssuer>>;
  github: ReturnType<typeof fakeGitHub>;
  inside: ReturnType<typeof startInside>;
  /** While attacks are prepared no promise is broken. */
  isUnderAttack(is: boolean): void;
  /** Changes a row beside the server with accounts, as nobody can over HTTP. */
  change(sql: string, ...values: (string | number | null)[]): void;
  [Symbol.asyncDispose](): Promise<void>;
};

/** Nothing here is limited by how often it is asked, but signing in. */
const UNLIMITED = { RATE_LIMIT_API: "off", RATE_LIMIT_MESSAGES: "off", RATE_LIMIT_REGISTER: "off", LOG_LEVEL: "debug" };

export async function createWorld(broken: Broken | null): Promise<World> {
  const [google, github, inside] = [await forgingIssuer(), fakeGitHub(), startInside()];
  const listed = broken === "inside-listed" ? `${inside.pages},${inside.secretHosts}` : inside.pages;
  const [openSite, fullSite] = await Promise.all([
    createSite({ ...UNLIMITED, OUTBOUND_PRIVATE_HOSTS: listed, DEFAULT_ANTHROPIC_API_KEY: CANARIES.environment }),
    createSite({
      ...UNLIMITED,
      AUTH_MODE: "full",
      AUTH_BASE_URL: PUBLIC_URL,
      AUTH_JWT_SECRET: CANARIES.signing,
      TRUST_PROXY: "1",
      ...google.env,
      ...github.env,
    }),
  ]);
  const isFronted = broken !== null && broken !== "inside-listed";
  const urls = await Promise.all([openSite.server.url(), fullSite.server.url()]);
  const fronts = isFronted ? urls.map((url) => standInFront(url, broken)) : [];
  const [open, full] = [openSite, fullSite].map((site, index) => ({ ...createClient(fronts[index]?.url ?? urls[index]!), site })) as [
    Place,
    Place,
  ];
  const [admin, owner, other] = [await register(full, "Admin"), await register(full, "Owner"), await register(full, "Other")];
  await Promise.all([hurry(open), hurry(admin)]);

  return {
    open,
    full,
    document: (await full.get<OpenApiDocument>("/api-doc/openapi.json")).body,
    admin,
    owner,
    other,
    google,
    github,
    inside,
    isUnderAttack: (is) => fronts[1]?.actAs(is ? admin.headers : null),
    change(sql, ...values) {
      using database = new Sqlite(fullSite.database);
      database.run("PRAGMA busy_timeout = 5000");
      database.run(sql, values);
    },
    async [Symbol.asyncDispose]() {
      for (const front of fronts) await front.stop();
      await Promise.all([openSite[Symbol.asyncDispose](), fullSite[Symbol.asyncDispose](), inside.stop()]);
      google[Symbol.dispose]();
      github[Symbol.dispose]();
    },
  };
}

/** The simulated model answers, without taking its time, whatever else there is a key for. */
async function hurry(client: Client): Promise<void> {
  const providers = (await client.get<{ id: string; provider_type: string }[]>("/v1/llm-providers")).body;
  const { id } = providers.find(({ provider_type }) => provider_type === "simulated")!;
  await client.call("PATCH", `/v1/llm-providers/${id}`, { settings: { delay_ms: 0 }, is_default: true });
  const models = (await client.get<{ id: string; provider_id: string }[]>("/v1/llm-models")).body;
  await client.call("PATCH", `/v1/llm-models/${models.find(({ provider_id }) => provider_id === id)!.id}`, { is_default: true });
}
