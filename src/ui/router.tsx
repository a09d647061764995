import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { agentsQuery, queryClient, sessionQuery } from "./api/queries";
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

export const router = createRouter({
  routeTree: root.addChildren([home, session]),
  defaultPreload: "intent",
  defaultPendingComponent: Loading,
  defaultErrorComponent: ({ error, reset }) => <ErrorState error={error} onRetry={reset} />,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
