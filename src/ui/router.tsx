import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import type { SessionStatus } from "@/domain/session";
import { agentQuery, agentsQuery, queryClient, sessionQuery } from "./api/queries";
import { AppLayout } from "./layout/app-layout";
import { NotFound } from "./layout/not-found";
import { ErrorState } from "./parts/error-state";
import { Loading } from "./parts/loading";

const root = createRootRoute({ component: AppLayout, notFoundComponent: NotFound });

/*
 * One route a page, each loaded when it is first opened. A new page is a file in pages/, its route here and in the tree below,
 * and its line in layout/navigation.ts.
 */
const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  validateSearch: ({ agent }: Record<string, unknown>): { agent?: string } => (typeof agent === "string" ? { agent } : {}),
  loader: () => void queryClient.prefetchQuery(agentsQuery()),
  component: lazyRouteComponent(() => import("./pages/home-page"), "HomePage"),
});

/** What stands beside the chat: its trace, or its files and which of them; and the turn that is looked for. */
type SessionSearch = { trace?: boolean; files?: boolean; file?: string; turn?: string };

const session = createRoute({
  getParentRoute: () => root,
  path: "/sessions/$sessionId",
  validateSearch: ({ trace, files, file, turn }: Record<string, unknown>): SessionSearch => ({
    ...(trace ? { trace: true } : {}),
    ...(files ? { files: true } : {}),
    ...(files && typeof file === "string" ? { file } : {}),
    ...(typeof turn === "string" ? { turn } : {}),
  }),
  loader: ({ params }) => void queryClient.prefetchQuery(sessionQuery(params.sessionId)),
  component: lazyRouteComponent(() => import("./pages/session-page"), "SessionPage"),
});

const sessions = createRoute({
  getParentRoute: () => root,
  path: "/sessions",
  validateSearch: ({
    q,
    status,
    agent,
    tag,
  }: Record<string, unknown>): { q?: string; status?: SessionStatus; agent?: string; tag?: string } => ({
    ...(wordsIn(q) ? { q: String(q) } : {}),
    ...(oneOf(["pending", "running", "waiting", "failed"], status) ? { status } : {}),
    ...(wordsIn(agent) ? { agent: String(agent) } : {}),
    ...(wordsIn(tag) ? { tag: String(tag) } : {}),
  }),
  component: lazyRouteComponent(() => import("./pages/sessions-page"), "SessionsPage"),
});

const approvals = createRoute({
  getParentRoute: () => root,
  path: "/approvals",
  validateSearch: ({ show }: Record<string, unknown>): { show?: "decided" | "rules" } =>
    oneOf(["decided", "rules"], show) ? { show } : {},
  component: lazyRouteComponent(() => import("./pages/approvals-page"), "ApprovalsPage"),
});

const usage = createRoute({
  getParentRoute: () => root,
  path: "/usage",
  validateSearch: ({
    days,
    agent,
    model,
    user,
  }: Record<string, unknown>): { days?: 7 | 90; agent?: string; model?: string; user?: string } => ({
    ...(oneOf([7, 90], days) ? { days } : {}),
    ...(wordsIn(agent) ? { agent: String(agent) } : {}),
    ...(wordsIn(model) ? { model: String(model) } : {}),
    ...(wordsIn(user) ? { user: String(user) } : {}),
  }),
  component: lazyRouteComponent(() => import("./pages/usage-page"), "UsagePage"),
});

const agents = createRoute({
  getParentRoute: () => root,
  path: "/agents",
  validateSearch: ({ search, tag, archived }: Record<string, unknown>): { search?: string; tag?: string; archived?: boolean } => ({
    ...(wordsIn(search) ? { search: String(search) } : {}),
    ...(wordsIn(tag) ? { tag: String(tag) } : {}),
    ...(archived ? { archived: true } : {}),
  }),
  component: lazyRouteComponent(() => import("./pages/agents-page"), "AgentsPage"),
});

const newAgent = createRoute({
  getParentRoute: () => root,
  path: "/agents/new",
  component: lazyRouteComponent(() => import("./pages/new-agent-page"), "NewAgentPage"),
});

const agent = createRoute({
  getParentRoute: () => root,
  path: "/agents/$agentId",
  loader: ({ params }) => void queryClient.prefetchQuery(agentQuery(params.agentId)),
  component: lazyRouteComponent(() => import("./pages/agent-page"), "AgentPage"),
});

const agentVersions = createRoute({
  getParentRoute: () => root,
  path: "/agents/$agentId/versions",
  component: lazyRouteComponent(() => import("./pages/agent-versions-page"), "AgentVersionsPage"),
});

const agentChats = createRoute({
  getParentRoute: () => root,
  path: "/agents/$agentId/chats",
  component: lazyRouteComponent(() => import("./pages/agent-chats-page"), "AgentChatsPage"),
});

const capabilities = createRoute({
  getParentRoute: () => root,
  path: "/capabilities",
  component: lazyRouteComponent(() => import("./pages/capabilities-page"), "CapabilitiesPage"),
});

const mcpServers = createRoute({
  getParentRoute: () => root,
  path: "/mcp-servers",
  component: lazyRouteComponent(() => import("./pages/mcp-servers-page"), "McpServersPage"),
});

const newMcpServer = createRoute({
  getParentRoute: () => root,
  path: "/mcp-servers/new",
  component: lazyRouteComponent(() => import("./pages/new-mcp-server-page"), "NewMcpServerPage"),
});

const mcpSignedIn = createRoute({
  getParentRoute: () => root,
  path: "/mcp-servers/signed-in",
  component: lazyRouteComponent(() => import("./pages/mcp-signed-in-page"), "McpSignedInPage"),
});

const mcpServer = createRoute({
  getParentRoute: () => root,
  path: "/mcp-servers/$serverId",
  component: lazyRouteComponent(() => import("./pages/mcp-server-page"), "McpServerPage"),
});

const providers = createRoute({
  getParentRoute: () => root,
  path: "/providers",
  component: lazyRouteComponent(() => import("./pages/providers-page"), "ProvidersPage"),
});

const newProvider = createRoute({
  getParentRoute: () => root,
  path: "/providers/new",
  validateSearch: ({ name, type, address }: Record<string, unknown>): { name?: string; type?: string; address?: string } => ({
    ...(wordsIn(name) ? { name: String(name) } : {}),
    ...(wordsIn(type) ? { type: String(type) } : {}),
    ...(wordsIn(address) ? { address: String(address) } : {}),
  }),
  component: lazyRouteComponent(() => import("./pages/new-provider-page"), "NewProviderPage"),
});

const provider = createRoute({
  getParentRoute: () => root,
  path: "/providers/$providerId",
  component: lazyRouteComponent(() => import("./pages/provider-page"), "ProviderPage"),
});

const webSearch = createRoute({
  getParentRoute: () => root,
  path: "/web-search",
  component: lazyRouteComponent(() => import("./pages/web-search-page"), "WebSearchPage"),
});

/** The way in. Signed out, every address shows the sign-in (layout/app-layout); these lead on whoever is in already. */
const arrived = lazyRouteComponent(() => import("./sign-in/arrived"), "Arrived");
const signIn = createRoute({ getParentRoute: () => root, path: "/sign-in", component: arrived });
const setup = createRoute({ getParentRoute: () => root, path: "/setup", component: arrived });
const resetPassword = createRoute({ getParentRoute: () => root, path: "/reset-password", component: arrived });

const apiKeys = createRoute({
  getParentRoute: () => root,
  path: "/api-keys",
  component: lazyRouteComponent(() => import("./pages/api-keys-page"), "ApiKeysPage"),
});

const users = createRoute({
  getParentRoute: () => root,
  path: "/users",
  validateSearch: ({ search }: Record<string, unknown>): { search?: string } => (wordsIn(search) ? { search: String(search) } : {}),
  component: lazyRouteComponent(() => import("./pages/users-page"), "UsersPage"),
});

const auditEvents = createRoute({
  getParentRoute: () => root,
  path: "/audit-events",
  validateSearch: ({ action, person, days }: Record<string, unknown>): { action?: string; person?: string; days?: number } => ({
    ...(wordsIn(action) ? { action: String(action) } : {}),
    ...(wordsIn(person) ? { person: String(person) } : {}),
    ...(typeof days === "number" && days > 0 ? { days } : {}),
  }),
  component: lazyRouteComponent(() => import("./pages/audit-events-page"), "AuditEventsPage"),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  component: lazyRouteComponent(() => import("./pages/settings-page"), "SettingsPage"),
});

/** Whether the address has something there. A word of digits or `true` comes out of it as a number or a boolean. */
function wordsIn(value: unknown): boolean {
  return value !== "" && ["string", "number", "boolean"].includes(typeof value);
}

const oneOf = <const Value,>(values: readonly Value[], value: unknown): value is Value => values.includes(value as Value);

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    session,
    sessions,
    approvals,
    usage,
    agents,
    newAgent,
    agent,
    agentVersions,
    agentChats,
    capabilities,
    mcpServers,
    newMcpServer,
    mcpSignedIn,
    mcpServer,
    providers,
    newProvider,
    provider,
    webSearch,
    signIn,
    setup,
    resetPassword,
    apiKeys,
    users,
    auditEvents,
    settings,
  ]),
  defaultPreload: "intent",
  defaultPendingComponent: Loading,
  defaultErrorComponent: ({ error, reset }) => <ErrorState error={error} onRetry={reset} />,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
