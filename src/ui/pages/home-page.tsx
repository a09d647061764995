import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { agentsQuery } from "@/ui/api/queries";
import { NewChat } from "@/ui/chat/new-chat";
import { ErrorState } from "@/ui/parts/error-state";
import { Loading } from "@/ui/parts/loading";
import { useTitle } from "@/ui/platform/use-title";

const FirstRun = lazy(() => import("@/ui/first-run/first-run").then(({ FirstRun }) => ({ default: FirstRun })));

/** A new chat; where there is no agent yet, the way to the first one. */
export function HomePage() {
  const { data: agents, error, refetch } = useQuery(agentsQuery());
  useTitle(null);
  if (agents && agents.length > 0) return <NewChat agents={agents} />;
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!agents) return <Loading />;
  return (
    <Suspense fallback={<Loading />}>
      <FirstRun />
    </Suspense>
  );
}
