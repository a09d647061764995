import { join } from "node:path";
import type { Limits } from "@/agent-loop/limits";
import { agentExportRoutes, agentImportRoutes } from "@/agents/agent-file-routes";
import { agentRoutes } from "@/agents/agent-routes";
import { createAgentStore } from "@/agents/agent-store";
import { agentVersionRoutes } from "@/agents/agent-version-routes";
import { createAgentVersionStore } from "@/agents/agent-version-store";
import { createCreateAgent } from "@/agents/create-agent";
import { createUpdateAgent } from "@/agents/update-agent";
import { createAccounts } from "@/app/accounts";
import { createSigner } from "@/auth/signer";
import { loadSigningSecret } from "@/auth/signing-secret";
import { agentCapabilityRoutes, capabilityRoutes } from "@/capabilities/capability-routes";
import { builtInCapabilities, type CapabilityDefinition, createCatalog } from "@/capabilities/catalog";
import { readSkills } from "@/capabilities/skills";
import type { Config } from "@/config";
import { makeDataFolder } from "@/database/data-folder";
import { lockDataFolder } from "@/database/data-folder-lock";
import type { Script } from "@/database/database";
import { openDatabase } from "@/database/open-database";
import type { AgentDefinition } from "@/domain/agent-version";
import { createEventBus } from "@/events/event-bus";
import { createEventLog } from "@/events/event-log";
import { eventRoutes } from "@/events/event-routes";
import { createFollowSession } from "@/events/follow-session";
import { createListEvents } from "@/events/list-events";
import { createLiveMessages } from "@/events/live-messages";
import { createOnce } from "@/http/once";
import { UNDER_SESSION } from "@/http/under-session";
import type { DriverOptions } from "@/llm/wire";
import { createCheckModel } from "@/llm-models/check-model";
import { llmModelRoutes } from "@/llm-models/llm-model-routes";
import { createLlmModelStore } from "@/llm-models/llm-model-store";
import { createModelNames } from "@/llm-models/model-names";
import { costOf } from "@/llm-models/model-profile";
import { providerCallRoutes } from "@/llm-models/provider-call-routes";
import { createResolveModel } from "@/llm-models/resolve-model";
import { seedModels } from "@/llm-models/seed-models";
import { createSettleDefaults } from "@/llm-models/settle-defaults";
import { createSyncModels } from "@/llm-models/sync-models";
import { createTestProvider } from "@/llm-models/test-provider";
import { createUsableModelStore } from "@/llm-models/usable-model-store";
import { createDriverPool } from "@/llm-providers/driver-pool";
import { llmProviderRoutes } from "@/llm-providers/llm-provider-routes";
import { createLlmProviderStore } from "@/llm-providers/llm-provider-store";
import { createCallMcpServer } from "@/mcp-servers/call-mcp-server";
import { readConfiguredServers } from "@/mcp-servers/configured-servers";
import { createMcpConnections } from "@/mcp-servers/mcp-connections";
import { mcpServerRoutes } from "@/mcp-servers/mcp-server-routes";
import { createMcpServerStore } from "@/mcp-servers/mcp-server-store";
import { createMessageLog } from "@/messages/message-log";
import { messageRoutes } from "@/messages/message-routes";
import { createPostMessage } from "@/messages/post-message";
import { createRemoveMessage } from "@/messages/remove-message";
import { createRetryMessage } from "@/messages/retry-message";
import { createUpdateMessage } from "@/messages/update-message";
import { type Clock, systemClock } from "@/platform/clock";
import { createLogger, type Logger } from "@/platform/logger";
import { createSecretBox, loadMasterKeys } from "@/platform/secrets";
import { createExpiryStore } from "@/retention/expiry-store";
import { createHousekeeping } from "@/retention/housekeeping-worker";
import { createInProcessRunner } from "@/runner/in-process-runner";
import { searchRoutes } from "@/search/search-routes";
import { createSearchStore } from "@/search/search-store";
import { createSearchWorker } from "@/search/search-worker";
import { createGuard } from "@/server/guard";
import { healthRoutes, type Stage } from "@/server/health-routes";
import { createKnownHosts } from "@/server/known-hosts";
import { createOpenApi } from "@/server/openapi";
import { createOpenApiFile } from "@/server/openapi-file";
import { createServer } from "@/server/server";
import { createStartPage } from "@/server/start-page";
import { swaggerUi } from "@/server/swagger-ui";
import { createNewSession } from "@/sessions/create-session";
import { agentSessionRoutes, allSessionRoutes, sessionRoutes } from "@/sessions/session-routes";
import { createSessionStore } from "@/sessions/session-store";
import { createCancelTurn } from "@/turns/cancel-turn";
import { createRunTurn } from "@/turns/run-turn";
import { createRunningTurns } from "@/turns/running-turns";
import { turnRoutes } from "@/turns/turn-routes";
import { createTurnStore } from "@/turns/turn-store";
import { createTurnWorker } from "@/turns/turn-worker";
import { usageRoutes } from "@/usage/usage-routes";
import { createUsageStore } from "@/usage/usage-store";
import { VERSION } from "@/version";

export type AppOptions = {
  config: Config;
  clock?: Clock;
  logger?: Logger;
  limits?: Limits;
  /** How drivers reach the network, and how long they wait. */
  llm?: DriverOptions;
  capabilities?: readonly CapabilityDefinition[];
  /** From one round of housekeeping to the next. */
  housekeepingEveryMs?: number;
};

/** The one place that knows every part. Read it from top to bottom to see the whole server. Throws `StartRefused`. */
export async function createApp({
  config,
  clock = systemClock,
  logger = createLogger({ level: config.logLevel, pretty: false }),
  limits,
  llm = {},
  capabilities = builtInCapabilities,
  housekeepingEveryMs,
}: AppOptions) {
  const mcpPrograms = readConfiguredServers(config.mcpConfig);
  makeDataFolder(config.dataDir);
  const skills = await readSkills(join(config.dataDir, "skills"));
  const lock = lockDataFolder(config.dataDir);
  const masterKeys = loadMasterKeys(config.dataDir, config.env);
  const signer = await createSigner(loadSigningSecret(config), clock);
  const db = openDatabase(join(config.dataDir, "everruns.db"), clock.now(), {
    onDiskFull: (isFull) =>
      isFull
        ? logger.error("the disk is full: nothing more can be kept, and turns wait until there is room in the data folder's file system")
        : logger.warn("there is room on the disk again: turns go on"),
  });
  const closing = new AbortController();
  let stage: Stage = "starting";
  let port = config.port;

  const bus = createEventBus();
  const live = createLiveMessages(bus);
  const eventLog = createEventLog(db, bus, clock);
  const messages = createMessageLog(db);
  const agents = createAgentStore(db, clock);
  const agentVersions = createAgentVersionStore(db, clock);
  const createAgent = createCreateAgent({ agents, versions: agentVersions });
  const updateAgent = createUpdateAgent({ agents, versions: agentVersions });
  const sessions = createSessionStore(db, clock);
  const turns = createTurnStore(db, clock);
  const usage = createUsageStore(db, clock);
  const search = createSearchStore(db);
  const searchWorker = createSearchWorker({ db, search, bus, logger });

  const secrets = createSecretBox(masterKeys);
  const environmentKeys = { openaiKey: config.openaiKey, anthropicKey: config.anthropicKey };
  const providers = createLlmProviderStore(db, clock, secrets, environmentKeys);
  const models = createLlmModelStore(db, clock, providers);
  const drivers = createDriverPool(providers, llm);
  const settleDefaults = createSettleDefaults({ providers, models });
  const usableModels = createUsableModelStore(db);
  const modelNames = createModelNames(usableModels);
  const resolveModel = createResolveModel({ db, usableModels, drivers });
  const checkModel = createCheckModel({ models });
  const syncModels = createSyncModels({ db, providers, models, drivers, settleDefaults });
  const testProvider = createTestProvider({ db, clock, providers, models, drivers });

  const mcpServers = createMcpServerStore(db, clock, secrets);
  const mcpConnections = createMcpConnections({ fetch });
  const mcp = createCallMcpServer({ db, servers: mcpServers, connections: mcpConnections, programs: mcpPrograms });
  const catalog = createCatalog([...capabilities, ...skills], mcp.capabilities);
  const running = createRunningTurns();
  const runner = createInProcessRunner();
  const equipAgent = async (agentId: string, version: number | null) => {
    const agent = await db.read(() => agentAt(agentId, version));
    return { modelId: agent.default_model_id, ...catalog.equip(agent.capabilities, agent.system_prompt) };
  };
  function* agentAt(agentId: string, version: number | null): Script<AgentDefinition> {
    const agent = yield* agents.getUnchecked(agentId);
    if (version === null || version === agent.version) return agent;
    return (yield* agentVersions.get(db, agentId, version)).definition;
  }
  const runTurn = createRunTurn({
    db,
    turns,
    eventLog,
    usage,
    live,
    running,
    equip: equipAgent,
    resolveModel,
    costOf,
    clock,
    logger,
    ...(limits ? { limits } : {}),
  });
  const drainSession = createTurnWorker({ db, turns, eventLog, runTurn, logger });

  const once = createOnce(db, clock, secrets);
  const accounts = createAccounts({ db, clock, config, logger, signer, once });
  const wake = (sessionId: string) => runner.submit({ sessionId });
  const postMessage = createPostMessage({ agents, sessions, turns, eventLog, running, wake });
  const retryMessage = createRetryMessage({ agents, sessions, messages, turns, eventLog, wake });
  const updateMessage = createUpdateMessage({ agents, sessions, messages, turns, eventLog, wake });
  const removeMessage = createRemoveMessage({ sessions, messages, turns, eventLog });
  const cancelTurn = createCancelTurn({ turns, eventLog, running });
  const newSession = createNewSession({ agents, versions: agentVersions, sessions, checkModel });
  const followSession = createFollowSession({ db, eventLog, live, bus });
  const listEvents = createListEvents({ db, eventLog });
  const forget = (sessionId: string) => {
    live.forget(sessionId);
    bus.publish(sessionId, "gone");
  };
  const { retainSessionsDays, retainAuditDays } = config;
  const housekeeping = createHousekeeping({
    db,
    expiry: createExpiryStore(db),
    clock,
    retainSessionsDays,
    retainAuditDays,
    forget,
    logger,
    ...(housekeepingEveryMs === undefined ? {} : { everyMs: housekeepingEveryMs }),
  });

  const server = createServer(
    [
      healthRoutes({ version: VERSION, runnerMode: runner.mode, authMode: config.authMode, stage: () => stage }),
      ...accounts.routes,
      agentRoutes({ db, agents, createAgent, updateAgent, once, checkCapabilities: catalog.check, checkModel }),
      agentVersionRoutes({ db, agents, versions: agentVersions, updateAgent, once }),
      agentExportRoutes({ db, agents, models: modelNames }),
      agentImportRoutes({ createAgent, updateAgent, models: modelNames, checkCapabilities: catalog.check, once }),
      agentCapabilityRoutes({ db, agents, updateAgent, catalog }),
      capabilityRoutes({ catalog }),
      agentSessionRoutes({ db, agents, sessions, eventLog, newSession, checkModel, forget, once }),
      allSessionRoutes({ db, agents, sessions, eventLog, newSession, checkModel, forget, once }),
      ...UNDER_SESSION.flatMap((under) => [
        sessionRoutes({ db, agents, sessions, eventLog, newSession, checkModel, forget, once }, under),
        messageRoutes({ db, messages, sessions, postMessage, retryMessage, updateMessage, removeMessage, once }, under),
        eventRoutes(
          {
            db,
            eventLog,
            followSession,
            listEvents,
            checkSession: (actor, address) => sessions.get(actor, address),
            holdRights: accounts.holdRights,
            closing: closing.signal,
          },
          under,
        ),
        turnRoutes({ db, turns, sessions, cancelTurn, once }, under),
      ]),
      llmProviderRoutes({ db, providers, drivers, once, settleDefaults }),
      providerCallRoutes({ once, testProvider, syncModels }),
      mcpServerRoutes({ db, servers: mcpServers, mcp, once }),
      searchRoutes({ db, search, worker: searchWorker }),
      usageRoutes({ db, usage, clock }),
      llmModelRoutes({ db, models, once, settleDefaults }),
    ],
    logger,
  );
  const openApi = () => createOpenApi(server.routes, { version: VERSION });
  const pages = [swaggerUi, createOpenApiFile(openApi), createStartPage({ version: VERSION })];
  const page = (request: Request) => pages.reduce<Response | undefined>((answer, next) => answer ?? next(request), undefined);
  const hosts = createKnownHosts({ host: config.host, port: () => port, baseUrl: config.baseUrl, isPublic: config.allowInsecurePublic });
  const answer = createGuard({
    page,
    route: (request) => server.fetch(request),
    authenticate: accounts.authenticate,
    hosts,
    isDraining: () => stage === "draining",
    logger,
  });

  return {
    fetch: answer,
    openApi,
    /** The port is known only once the socket is open. */
    listensOn(given: number): void {
      port = given;
    },

    /** Takes up every turn that an earlier process left open, and answers from then on. */
    async start(): Promise<void> {
      await accounts.start();
      await db.transact((tx) => mcpServers.settleConfigured(tx, [...mcpPrograms.keys()]));
      await mcp.renew();
      await seedModels({ db, providers, models, env: environmentKeys });
      for (const sessionId of await db.read(() => turns.sessionsWithOpenTurns(db))) runner.submit({ sessionId });
      runner.start(drainSession);
      await searchWorker.start();
      housekeeping.start();
      stage = "ready";
    },

    /** Ends streams, hands running turns to the next process, closes the database. `graceMs` bounds the wait for what runs. */
    async stop(graceMs = 5000): Promise<void> {
      stage = "draining";
      closing.abort();
      await housekeeping.stop();
      await runner.stop(graceMs);
      await searchWorker.stop();
      await mcpConnections.stop();
      db.close();
      lock.release();
    },
  };
}
