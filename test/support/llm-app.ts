import { Elysia } from "elysia";
import { createAuditLog } from "@/auth/audit-log";
import { setActor } from "@/auth/request-actor";
import type { Database, Script, Tx } from "@/database/database";
import { openDatabase } from "@/database/open-database";
import type { LlmModelWithProvider } from "@/domain/llm-model";
import type { LlmProvider } from "@/domain/llm-provider";
import { LOCAL_ACTOR, LOCAL_USER } from "@/domain/user";
import { answerFailure } from "@/http/errors";
import { createOnce } from "@/http/once";
import { createCheckModel } from "@/llm-models/check-model";
import { llmModelRoutes } from "@/llm-models/llm-model-routes";
import { createLlmModelStore } from "@/llm-models/llm-model-store";
import { createLoseModels } from "@/llm-models/lose-models";
import { providerCallRoutes } from "@/llm-models/provider-call-routes";
import { createResolveModel } from "@/llm-models/resolve-model";
import { seedModels } from "@/llm-models/seed-models";
import { createSettleDefaults } from "@/llm-models/settle-defaults";
import { createSyncModels } from "@/llm-models/sync-models";
import { createTestProvider } from "@/llm-models/test-provider";
import { createUsableModelStore } from "@/llm-models/usable-model-store";
import { createDriverPool } from "@/llm-providers/driver-pool";
import { llmProviderRoutes } from "@/llm-providers/llm-provider-routes";
import { createLlmProviderStore, type EnvironmentKeys } from "@/llm-providers/llm-provider-store";
import { systemClock } from "@/platform/clock";
import { createLogger } from "@/platform/logger";
import { createSecretBox } from "@/platform/secrets";
import { outbound } from "./outbound";

type Options = { env?: EnvironmentKeys; db?: Database; isAdmin?: boolean; masterKey?: Buffer };
type Answer<Body> = { status: number; body: Body; text: string; headers: Headers };

/** The LLM routes over a database in memory, without the rest of the server. `start` is what a start of the server does. */
export async function createLlmApp({ env = {}, db = openDatabase(":memory:", Date.now()), ...rest }: Options = {}) {
  const { isAdmin = true, masterKey = Buffer.alloc(32, 7) } = rest;
  const { users } = db.tables;
  await db.sql
    .insert(users)
    .values({ ...LOCAL_USER, avatarUrl: null, createdAt: 0 })
    .onConflictDoNothing();

  const secrets = createSecretBox({ current: { id: "test", key: masterKey } });
  const providers = createLlmProviderStore(db, systemClock, secrets, env);
  const models = createLlmModelStore(db, systemClock, providers);
  const drivers = createDriverPool(providers, { wire: { fetch: outbound } });
  const settleDefaults = createSettleDefaults({ providers, models });
  const checkModel = createCheckModel({ models });
  const loseModels = createLoseModels({ pointers: [models] });
  const beforeRemoval = function* (tx: Tx, providerId: string): Script<void> {
    yield* loseModels(tx, yield* models.named(tx, { providerId }));
  };
  const once = createOnce(db, systemClock, secrets);
  const testProvider = createTestProvider({ db, clock: systemClock, providers, models, drivers });
  const syncModels = createSyncModels({ db, providers, models, drivers, settleDefaults });
  const logger = createLogger({ level: "silent", pretty: false });
  const app = new Elysia()
    .onError(({ error }) => answerFailure(error, logger))
    .onRequest(({ request }) => setActor(request, { ...LOCAL_ACTOR, isAdmin }))
    .use(llmProviderRoutes({ db, providers, drivers, auditLog: createAuditLog(db, systemClock), once, beforeRemoval, settleDefaults }))
    .use(llmModelRoutes({ db, models, once, checkModel, loseModels, settleDefaults }))
    .use(providerCallRoutes({ once, testProvider, syncModels }));

  async function call<Body = { error: string; code: string }>(
    method: string,
    path: string,
    body?: unknown,
    headers = {},
  ): Promise<Answer<Body>> {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const request = new Request(`http://127.0.0.1${path}`, {
      method,
      headers: { "content-type": "application/json", ...headers },
      ...sent,
    });
    const response = await app.handle(request);
    const text = await response.text();
    return { status: response.status, body: (text === "" ? undefined : JSON.parse(text)) as Body, text, headers: response.headers };
  }

  return {
    db,
    call,
    start: () => seedModels({ db, providers, models, env }),
    resolve: createResolveModel({ db, usableModels: createUsableModelStore(db), drivers }),
    createProvider: async (fields: object) => (await call<LlmProvider>("POST", "/v1/llm-providers", fields)).body,
    createModel: async (provider: { id: string }, fields: object) =>
      (await call<LlmModelWithProvider>("POST", `/v1/llm-providers/${provider.id}/models`, fields)).body,
    providers: async () => (await call<LlmProvider[]>("GET", "/v1/llm-providers")).body,
    models: async () => (await call<LlmModelWithProvider[]>("GET", "/v1/llm-models")).body,
    /** `provider/model` of the two defaults, `-` where there is none. */
    async defaults() {
      const provider = (await this.providers()).filter((one) => one.is_default).map((one) => one.name);
      const model = (await this.models()).filter((one) => one.is_default).map((one) => one.model_id);
      return `${provider.join() || "-"}/${model.join() || "-"}`;
    },
  };
}

export type LlmApp = Awaited<ReturnType<typeof createLlmApp>>;
