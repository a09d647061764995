import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
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

const session = createRoute({
  getParentRoute: () => root,
  path: "/sessions/$sessionId",
  validateSearch: ({ trace, turn }: Record<string, unknown>): { trace?: boolean; turn?: string } => ({
    ...(trace ? { trace: true } : {}),
    ...(typeof turn === "string" ? { turn } : {}),
  }),
  loader: ({ params }) => void queryClient.prefetchQuery(sessionQuery(params.sessionId)),
  component: lazyRouteComponent(() => import("./pages/session-page"), "SessionPage"),
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

/** Whether the address has something there. A word of digits or `true` comes out of it as a number or a boolean. */
function wordsIn(value: unknown): boolean {
  return value !== "" && ["string", "number", "boolean"].includes(typeof value);
}

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    session,
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
