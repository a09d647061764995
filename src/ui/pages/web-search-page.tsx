import { useQuery } from "@tanstack/react-query";
import { SearchX } from "lucide-react";
import { useMayManage } from "@/ui/api/use-may-manage";
import { EmptyState } from "@/ui/parts/empty-state";
import { ErrorState } from "@/ui/parts/error-state";
import { Loading } from "@/ui/parts/loading";
import { Outcome } from "@/ui/parts/outcome";
import { PageFrame } from "@/ui/parts/page-frame";
import { TryWebSearch } from "@/ui/web-search/try-web-search";
import { WebSearchForm } from "@/ui/web-search/web-search-form";
import { webSearchQuery } from "@/ui/web-search/web-search-queries";

export function WebSearchPage() {
  const { data: kept, error, refetch } = useQuery(webSearchQuery());
  const mayManage = useMayManage();
  return (
    <PageFrame title="Web search" description="Which engine answers when an agent searches the web.">
      {error && kept === undefined && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!error && kept === undefined && <Loading />}
      {kept === "missing" && (
        <EmptyState icon={SearchX} title="This server cannot search the web">
          Its version has no such setting. Agents can still read pages whose address they are given, with the capability Web Fetch.
        </EmptyState>
      )}
      {kept !== undefined && kept !== "missing" && !mayManage && (
        <Outcome kind="note">
          {kept ? `${kept.engine} searches the web. An administrator can change it.` : "No engine is set. An administrator can choose one."}
        </Outcome>
      )}
      {kept !== undefined && kept !== "missing" && mayManage && (
        <>
          <WebSearchForm kept={kept} />
          {kept && <TryWebSearch />}
        </>
      )}
    </PageFrame>
  );
}
