import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { DEFAULT_LIMITS, type Limits } from "@/agent-loop/limits";
import { agentExportRoutes, agentImportRoutes } from "@/agents/agent-file-routes";
import { agentRoutes } from "@/agents/agent-routes";
import { createAgentStore } from "@/agents/agent-store";
import { agentVersionRoutes } from "@/agents/agent-version-routes";
import { createAgentVersionStore } from "@/agents/agent-version-store";
import { createCreateAgent } from "@/agents/create-agent";
import { createUpdateAgent } from "@/agents/update-agent";
import { createAccounts } from "@/app/accounts";
import { createApprovals } from "@/app/approvals";
import { createSessionFiles } from "@/app/session-files";
import { createApprovalRuleStore } from "@/approvals/approval-rule-store";
import { createSigner } from "@/auth/signer";
import { loadSigningSecret } from "@/auth/signing-secret";
import { agentCapabilityRoutes, capabilityRoutes } from "@/capabilities/capability-routes";
import { builtInCapabilities, type CapabilityDefinition, createCatalog, withParts } from "@/capabilities/catalog";
import { createCheckClientTools, createEquipSession } from "@/capabilities/equip-session";
import { createReadResult } from "@/capabilities/read-result";
import { research } from "@/capabilities/research";
import { sandbox } from "@/capabilities/sandbox";
import { readSkills } from "@/capabilities/skills";
import { webFetch } from "@/capabilities/web-fetch";
import type { Config } from "@/config";
import { publicUrlOf } from "@/config/public-url";
import { makeDataFolder } from "@/database/data-folder";
import { lockDataFolder } from "@/database/data-folder-lock";
import { openDatabase } from "@/database/open-database";
import { reseal } from "@/database/reseal";
import type { Actor } from "@/domain/user";
import { createEventBus } from "@/events/event-bus";
import { createEventLog } from "@/events/event-log";
import { eventRoutes } from "@/events/event-routes";
import { createFollowSession } from "@/events/follow-session";
import { createListEvents } from "@/events/list-events";
import { createLiveMessages } from "@/events/live-messages";
import { forkRoutes } from "@/forks/fork-routes";
import { createForkSession } from "@/forks/fork-session";
import { createForkStore } from "@/forks/fork-store";
import { createOnce } from "@/http/once";
import { createOpenStreams } from "@/http/open-streams";
import { createRateLimits } from "@/http/rate-limits";
import { type SessionAddress, UNDER_SESSION } from "@/http/under-session";
import type { DriverOptions } from "@/llm/wire";
import { createCheckModel } from "@/llm-models/check-model";
import { llmModelRoutes } from "@/llm-models/llm-model-routes";
import { createLlmModelStore } from "@/llm-models/llm-model-store";
import { createLoseModels } from "@/llm-models/lose-models";
import { createModelNames } from "@/llm-models/model-names";
import { costOf } from "@/llm-models/model-profile";
import { providerCallRoutes } from "@/llm-models/provider-call-routes";
import { createResolveModel } from "@/llm-models/resolve-model";
import { seedModels } from "@/llm-models/seed-models";
import { createSettleDefaults } from "@/llm-models/settle-defaults";
import { createSyncModels } from "@/llm-models/sync-models";
import { createTestProvider } from "@/llm-models/test-provider";
import { createUsableModelStore } from "@/llm-models/usable-model-store";
import { createDiscoverProviders } from "@/llm-providers/discover-providers";
import { createDriverPool } from "@/llm-providers/driver-pool";
import { llmProviderRoutes } from "@/llm-providers/llm-provider-routes";
import { createLlmProviderStore } from "@/llm-providers/llm-provider-store";
import { localLlmProviderRoutes } from "@/llm-providers/local-llm-provider-routes";
import { createCallMcpServer } from "@/mcp-servers/call-mcp-server";
import { readConfiguredServers } from "@/mcp-servers/configured-servers";
import { createFetchBeside } from "@/mcp-servers/fetch-beside";
import { createMcpConnections } from "@/mcp-servers/mcp-connections";
import { createMcpOAuthStore } from "@/mcp-servers/mcp-oauth-store";
import { mcpServerRoutes } from "@/mcp-servers/mcp-server-routes";
import { createMcpServerStore } from "@/mcp-servers/mcp-server-store";
import { createMcpSignIns } from "@/mcp-servers/mcp-sign-in";
import { createMessageLog } from "@/messages/message-log";
import { messageRoutes } from "@/messages/message-routes";
import { createPostMessage } from "@/messages/post-message";
import { createRemoveMessage } from "@/messages/remove-message";
import { createRetryMessage } from "@/messages/retry-message";
import { createUpdateMessage } from "@/messages/update-message";
import { type Clock, systemClock, toTimestamp } from "@/platform/clock";
import { createLogger, type Logger } from "@/platform/logger";
import { endKeyRotation } from "@/platform/master-keys";
import { configuredPolicy, webPolicy } from "@/platform/outbound-policy";
import { createSafeFetch } from "@/platform/safe-fetch";
import { createSecretBox, loadMasterKeys } from "@/platform/secrets";
import { createExpiryStore } from "@/retention/expiry-store";
import { createHousekeeping } from "@/retention/housekeeping-worker";
import { createInProcessRunner } from "@/runner/in-process-runner";
import { createRunSandboxed } from "@/sandbox/run-sandboxed";
import { sealedColumns } from "@/sealed-columns";
import { searchRoutes } from "@/search/search-routes";
import { createSearchStore } from "@/search/search-store";
import { createSearchWorker } from "@/search/search-worker";
import { createGuard } from "@/server/guard";
import { healthRoutes, type Stage } from "@/server/health-routes";
import { createKnownHosts } from "@/server/known-hosts";
import { createOpenApi, openApiSteps } from "@/server/openapi";
import { createOpenApiFile } from "@/server/openapi-file";
import { createOrigins } from "@/server/origins";
import { createPageFiles } from "@/server/page-files";
import { createSecurityHeaders } from "@/server/security-headers";
import { createServer } from "@/server/server";
import { serverInfoRoutes } from "@/server/server-info-routes";
import { createStartPage } from "@/server/start-page";
import { swaggerUi } from "@/server/swagger-ui";
import { createUnderWay } from "@/server/under-way";
import { createNewSession } from "@/sessions/create-session";
import { createHiddenSessionStore } from "@/sessions/hidden-session-store";
import { createLeavingSessions } from "@/sessions/leaving-sessions-worker";
import { createRemoveSession } from "@/sessions/remove-session";
import { agentSessionRoutes, allSessionRoutes, sessionRoutes } from "@/sessions/session-routes";
import { createSessionStore } from "@/sessions/session-store";
import { createClaimStore } from "@/turns/claim-store";
import { createResumeSessions } from "@/turns/resume-sessions";
import { createRunTurn } from "@/turns/run-turn";
import { createRunningTurns } from "@/turns/running-turns";
import { turnRoutes } from "@/turns/turn-routes";
import { createTurnStore } from "@/turns/turn-store";
import { createTurnWorker } from "@/turns/turn-worker";
import { createWaitingTurns } from "@/turns/waiting-turns";
import { usageRoutes } from "@/usage/usage-routes";
import { createUsageStore } from "@/usage/usage-store";
import { VERSION } from "@/version";
import { createFetchPage } from "@/web/fetch-page";
import { createSearchWeb } from "@/web-search/search-web";
import { webSearchRoutes } from "@/web-search/web-search-routes";
import { createWebSearchStore } from "@/web-search/web-search-store";

export type AppOptions = {
  config: Config;
  clock?: Clock;
  logger?: Logger;
  limits?: Limits;
  /** How drivers reach the network, and how long they wait. */
  llm?: Partial<DriverOptions>;
  capabilities?: readonly CapabilityDefinition[];
  /** From one round of housekeeping to the next. */
  housekeepingEveryMs?: number;
  /** How many sessions think at once, and how many calls run at one provider. */
  capacity?: { sessions: number; callsPerProvider: number };
};

/** How often it is looked whether someone has let a waiting call's time run out. */
const EXPIRE_EVERY_MS = 60_000;

/** The one place that knows every part. Read it from top to bottom to see the whole server. Throws `StartRefused`. */
export async function createApp({
  config,
  clock = systemClock,
  logger = createLogger({ level: config.logLevel, pretty: false }),
  limits = limitsOf(config),
  llm = {},
  capabilities = builtInCapabilities,
  housekeepingEveryMs,
  capacity,
}: AppOptions) {
  const mcpPrograms = readConfiguredServers(config.mcpConfig);
  makeDataFolder(config.dataDir);
  const skills = await readSkills(join(config.dataDir, "skills"));
  const lock = lockDataFolder(config.dataDir);
  const masterKeys = loadMasterKeys(config.dataDir, config.env);
  const signer = await createSigner(loadSigningSecret(config), clock);
  const databaseFile = join(config.dataDir, "everruns.db");
  const startedAt = toTimestamp(clock.now());
  const db = openDatabase(databaseFile, clock.now(), {
    onDiskFull: (isFull) =>
      isFull
        ? logger.error("the disk is full: nothing more can be kept, and turns wait until there is room in the data folder's file system")
        : logger.warn("there is room on the disk again: turns go on"),
  });
  const closing = new AbortController();
  let stage: Stage = "starting";
  let overdue: Timer | undefined;
  let port = config.port;

  const bus = createEventBus();
  const live = createLiveMessages(bus);
  const eventLog = createEventLog(db, bus, clock);
  const messages = createMessageLog(db);
  const secrets = createSecretBox(masterKeys);
  const agents = createAgentStore(db, clock, secrets);
  const agentVersions = createAgentVersionStore(db, clock);
  const createAgent = createCreateAgent({ agents, versions: agentVersions });
  const updateAgent = createUpdateAgent({ agents, versions: agentVersions });
  const sessions = createSessionStore(db, clock);
  const turns = createTurnStore(db, clock);
  const usage = createUsageStore(db, clock);
  const search = createSearchStore(db);
  const searchWorker = createSearchWorker({ db, search, bus, logger });
  const claims = createClaimStore(db, clock);
  const sessionFiles = createSessionFiles({ db, clock, config, logger, stopped: closing.signal });

  const environmentKeys = { openaiKey: config.openaiKey, anthropicKey: config.anthropicKey };
  const providers = createLlmProviderStore(db, clock, secrets, environmentKeys);
  const models = createLlmModelStore(db, clock, providers);
  const outbound = createSafeFetch({ policy: configuredPolicy });
  const drivers = createDriverPool(providers, {
    wire: { fetch: outbound, ...llm },
    circuit: { now: clock.now },
    mostCalls: capacity?.callsPerProvider,
  });
  const settleDefaults = createSettleDefaults({ providers, models });
  const usableModels = createUsableModelStore(db);
  const modelNames = createModelNames(usableModels);
  const resolveModel = createResolveModel({ db, usableModels, drivers });
  const checkModel = createCheckModel({ models });
  const loseModels = createLoseModels({ pointers: [agents, sessions, models] });
  const syncModels = createSyncModels({ db, providers, models, drivers, settleDefaults });
  const testProvider = createTestProvider({ db, clock, providers, models, drivers });

  const webSearchSettings = createWebSearchStore(db, clock, secrets);
  const searchWeb = createSearchWeb({ db, settings: webSearchSettings, safeFetch: outbound });
  const discoverProviders = createDiscoverProviders({ host: config.ollamaHost, safeFetch: outbound });

  const mcpServers = createMcpServerStore(db, clock, secrets);
  const mcpSignIns = createMcpSignIns({
    db,
    servers: mcpServers,
    oauth: createMcpOAuthStore(db, secrets),
    clock,
    fetchBeside: createFetchBeside(config.security.outboundPrivateHosts),
    redirectUrl: () => `${publicUrlOf(config, port)}/mcp-servers/signed-in`,
  });
  const mcpConnections = createMcpConnections({ safeFetch: outbound, signedIn: mcpSignIns.fetchFor });
  const mcp = createCallMcpServer({ db, servers: mcpServers, connections: mcpConnections, programs: mcpPrograms });
  const { readFiles, changeFiles } = sessionFiles;
  const fetchPage = createFetchPage({ safeFetch: createSafeFetch({ policy: webPolicy(config.security.outboundPrivateHosts) }) });
  const equipped = withParts(capabilities, [
    sessionFiles.capability,
    webFetch({ fetchPage }),
    sandbox({ db, readFiles, changeFiles, runSandboxed: createRunSandboxed(), programs: config.sandboxPrograms }),
    research({ db, readFiles, changeFiles, fetchPage, searchWeb }),
  ]);
  const catalog = createCatalog([...equipped, ...skills], mcp.capabilities);
  const running = createRunningTurns();
  const runner = createInProcessRunner({ maxRunning: capacity?.sessions });
  const web = createSafeFetch({ policy: webPolicy(config.security.outboundPrivateHosts) });
  const toolFetch = (isOfAdmin: boolean) => (isOfAdmin ? outbound : web);
  const readResult = createReadResult({ db, eventLog, maxResultCharacters: limits.maxResultCharacters });
  const equipSession = createEquipSession({ db, agents, versions: agentVersions, catalog, fetchFor: toolFetch, readResult });
  const checkClientTools = createCheckClientTools({ agents, catalog });
  const rules = createApprovalRuleStore(db, clock);
  const wake = (sessionId: string) => runner.submit({ sessionId });
  const waits = createWaitingTurns({ db, eventLog, turns, running, openChild: sessions.createChild, wake, clock });
  const { expireCalls, cancelTurn, wakeTurn } = waits;
  const { turnEnded, childGone } = waits.delegateCall;
  const runTurn = createRunTurn({
    db,
    claims,
    eventLog,
    usage,
    live,
    running,
    ...waits,
    equip: equipSession,
    allowedIn: (session) => db.read(() => rules.allowedIn(session)),
    answerWithinMs: config.answerWithinHours * 3_600_000,
    resolveModel,
    costOf,
    clock,
    logger,
    limits,
  });
  const drainSession = createTurnWorker({ db, claims, eventLog, runTurn, logger });

  const resumeSessions = createResumeSessions({ db, claims, eventLog });

  const rateLimits = createRateLimits(config.security.rateLimits, {
    onHit: ({ what, userId, address }) =>
      accounts.auditLog.count({ action: "rate_limit.hit", targetId: userId, address, detail: { what } }),
  });
  const openStreams = createOpenStreams(config.security.streamsPerAddress);
  const once = createOnce(db, clock, secrets);
  const postMessage = createPostMessage({ agents, sessions, turns, eventLog, running, wakeTurn, checkClientTools, wake });
  const retryMessage = createRetryMessage({ agents, sessions, messages, turns, eventLog, wake });
  const updateMessage = createUpdateMessage({ agents, sessions, messages, turns, eventLog, wake });
  const removeMessage = createRemoveMessage({ sessions, messages, turns, eventLog, turnEnded });
  const newSession = createNewSession({ agents, versions: agentVersions, sessions, checkModel, checkClientTools });
  const checkSession = (actor: Actor, address: SessionAddress) => sessions.get(actor, address);
  const hidden = createHiddenSessionStore(db);
  const leaving = createLeavingSessions({ db, hidden, releaseSomeFiles: sessionFiles.releaseSomeOf, logger });
  const forkSession = createForkSession({
    db,
    forks: createForkStore(db),
    sessions,
    newSession,
    hidden,
    sweep: leaving.sweep,
    eventLog,
    files: sessionFiles.files,
    clock,
  });
  const followSession = createFollowSession({ db, eventLog, live, bus });
  const listEvents = createListEvents({ db, eventLog });
  const forget = (sessionId: string) => {
    live.forget(sessionId);
    running.cancelIn(sessionId);
    bus.publish(sessionId, "gone");
  };
  const removeSession = createRemoveSession({
    sessions,
    hidden,
    childGone,
    releaseFiles: sessionFiles.releaseOf,
    forget,
    sweep: leaving.sweep,
  });
  const { retainSessionsDays, retainAuditDays } = config;
  const housekeeping = createHousekeeping({
    db,
    expiry: createExpiryStore(db, hidden),
    clock,
    retainSessionsDays,
    retainAuditDays,
    forget,
    sweep: leaving.sweep,
    tidyAccounts: () => accounts.tidy(),
    logger,
    ...(housekeepingEveryMs === undefined ? {} : { everyMs: housekeepingEveryMs }),
  });

  const accounts = createAccounts({
    db,
    clock,
    config,
    logger,
    signer,
    secrets,
    once,
    rateLimits,
    port: () => port,
    agents,
    sessions,
    forget,
  });
  const sessionParts = {
    db,
    agents,
    sessions,
    eventLog,
    newSession,
    checkModel,
    checkClientTools,
    removeSession,
    once,
  };
  const approvals = createApprovals({ db, agents, sessions, eventLog, rules, waits, equipSession, once, clock });

  const server = createServer(
    [
      healthRoutes({ version: VERSION, runnerMode: runner.mode, authMode: config.authMode, stage: () => stage }),
      serverInfoRoutes({
        info: () => ({
          version: VERSION,
          auth_mode: config.authMode,
          url: publicUrlOf(config, port),
          data_dir: resolve(config.dataDir),
          started_at: startedAt,
        }),
        databaseBytes: () =>
          [databaseFile, `${databaseFile}-wal`].reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0),
      }),
      ...accounts.routes,
      agentRoutes({ db, agents, createAgent, updateAgent, once, checkCapabilities: catalog.check, checkModel }),
      agentVersionRoutes({ db, agents, versions: agentVersions, updateAgent, once }),
      agentExportRoutes({ db, agents, models: modelNames }),
      agentImportRoutes({ createAgent, updateAgent, models: modelNames, checkCapabilities: catalog.check, once }),
      agentCapabilityRoutes({ db, agents, updateAgent, catalog }),
      capabilityRoutes({ catalog }),
      agentSessionRoutes(sessionParts),
      allSessionRoutes(sessionParts),
      ...approvals.routes,
      ...UNDER_SESSION.flatMap((under) => [
        sessionRoutes(sessionParts, under),
        messageRoutes({ db, messages, sessions, postMessage, retryMessage, updateMessage, removeMessage, once, rateLimits }, under),
        eventRoutes(
          { db, eventLog, followSession, listEvents, openStreams, checkSession, holdRights: accounts.holdRights, closing: closing.signal },
          under,
        ),
        ...sessionFiles.routes({ eventLog, checkSession, once }, under),
        forkRoutes({ forkSession, once }, under),
        turnRoutes({ db, turns, sessions, cancelTurn, once }, under),
        ...approvals.underSession(under),
      ]),
      llmProviderRoutes({
        db,
        providers,
        drivers,
        auditLog: accounts.auditLog,
        once,
        beforeRemoval: function* (tx, providerId) {
          yield* loseModels(tx, yield* models.named(tx, { providerId }));
        },
        settleDefaults,
      }),
      localLlmProviderRoutes({ db, providers, discoverProviders }),
      providerCallRoutes({ once, testProvider, syncModels }),
      webSearchRoutes({ db, settings: webSearchSettings, searchWeb, once }),
      mcpServerRoutes({ db, servers: mcpServers, mcp, signIns: mcpSignIns, once }),
      searchRoutes({ db, search, worker: searchWorker }),
      usageRoutes({ db, usage, clock }),
      llmModelRoutes({ db, models, once, checkModel, loseModels, settleDefaults }),
    ],
    logger,
  );
  const openApi = () => createOpenApi(server.routes, { version: VERSION });
  const openApiFile = createOpenApiFile(() => openApiSteps(server.routes, { version: VERSION }));
  const pages = [swaggerUi, openApiFile, createPageFiles(), createStartPage({ version: VERSION })];
  const page = (request: Request) =>
    pages.reduce<Response | Promise<Response> | undefined>((answer, next) => answer ?? next(request), undefined);
  const hosts = createKnownHosts({ host: config.host, port: () => port, baseUrl: config.baseUrl, isPublic: config.allowInsecurePublic });
  const underWay = createUnderWay();
  const answer = createGuard({
    page,
    route: (request) => server.fetch(request),
    authenticate: accounts.authenticate,
    hosts,
    isDraining: () => stage === "draining",
    logger,
    proxies: config.security.proxies,
    rateLimits,
    origins: createOrigins({ allowed: config.security.allowedOrigins, baseUrl: config.baseUrl }),
    secureHeaders: createSecurityHeaders({ isHttps: config.baseUrl.startsWith("https:") }),
  });

  const endOverdueCalls = () =>
    void expireCalls().catch((error: unknown) => logger.error({ err: error }, "calls that nobody answered could not be ended"));

  /** Nothing is let go before all that can be opened is sealed with the current key, durably. */
  async function takeUpNewKey(): Promise<void> {
    const done = await reseal(db, secrets, sealedColumns(db.tables));
    if (done.resealed + done.unreadable > 0) logger.info(done, "secrets are sealed with the current key");
    endKeyRotation(config.dataDir);
  }

  return {
    fetch: underWay.watch(answer),
    openApi,
    /** The port is known only once the socket is open. */
    listensOn(given: number): void {
      port = given;
    },

    /** Takes up every turn that an earlier process left open, and answers from then on. `setupToken`: that of the link to the first account. */
    async start(): Promise<{ setupToken: string | null }> {
      if (masterKeys.previous.length > 0) await takeUpNewKey();
      const setupToken = await accounts.start();
      await db.transact((tx) => mcpServers.settleConfigured(tx, [...mcpPrograms.keys()]));
      await mcp.renew();
      await seedModels({ db, providers, models, env: environmentKeys });
      await expireCalls();
      for (const job of await resumeSessions()) runner.submit(job);
      runner.start(drainSession);
      await searchWorker.start();
      housekeeping.start();
      overdue = setInterval(endOverdueCalls, EXPIRE_EVERY_MS);
      leaving.start();
      stage = "ready";
      void sessionFiles.releaseUnused();
      return { setupToken };
    },

    /** Ends streams, lets requests have their answer, hands running turns to the next process, closes the database. `graceMs` bounds the wait. */
    async stop(graceMs = 5000): Promise<void> {
      stage = "draining";
      closing.abort();
      clearInterval(overdue);
      await housekeeping.stop();
      await Promise.all([underWay.end(graceMs), runner.stop(graceMs)]);
      await searchWorker.stop();
      await leaving.stop();
      await mcpConnections.stop();
      await mcpSignIns.stop();
      await accounts.auditLog.flush().catch((error: unknown) => logger.error({ err: error }, "the last counts of the audit log are lost"));
      db.close();
      lock.release();
    },
  };
}

const limitsOf = ({ turn: { maxModelCalls, maxMinutes, maxCallsPerStep, maxOutputBytes }, context }: Config): Limits => ({
  ...DEFAULT_LIMITS,
  maxModelCalls,
  maxTurnMs: maxMinutes * 60_000,
  maxCallsPerStep,
  maxOutputBytes,
  ...context,
});
