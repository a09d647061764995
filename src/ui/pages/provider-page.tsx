import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { CloudOff, PlugZap, RefreshCw } from "lucide-react";
import { useEffect } from "react";
import type { LlmProvider } from "@/domain/llm-provider";
import { ApiError, wordsOf } from "@/ui/api/client";
import { useMayManage } from "@/ui/api/use-may-manage";
import { DeleteProvider } from "@/ui/llm-providers/delete-provider";
import { ModelList } from "@/ui/llm-providers/model-list";
import { ProviderForm } from "@/ui/llm-providers/provider-form";
import { providerModelsQuery, providerQuery } from "@/ui/llm-providers/provider-queries";
import { reachOf } from "@/ui/llm-providers/provider-words";
import { useSync, useTest } from "@/ui/llm-providers/use-provider-calls";
import { Badge } from "@/ui/parts/badge";
import { Button, buttonClasses } from "@/ui/parts/button";
import { EmptyState } from "@/ui/parts/empty-state";
import { ErrorState } from "@/ui/parts/error-state";
import { Loading } from "@/ui/parts/loading";
import { Outcome } from "@/ui/parts/outcome";
import { PageFrame } from "@/ui/parts/page-frame";
import { Section } from "@/ui/parts/section";
import { formatDuration } from "@/ui/platform/format";
import { takeMade } from "@/ui/platform/just-made";

const route = getRouteApi("/providers/$providerId");

export function ProviderPage() {
  const { providerId } = route.useParams();
  const { data: provider, error, refetch } = useQuery(providerQuery(providerId));
  if (error instanceof ApiError && (error.status === 404 || error.status === 400)) return <NoProvider />;
  if (error && !provider) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!provider) return <Loading />;
  return <Provider key={provider.id} provider={provider} />;
}

function Provider({ provider }: { provider: LlmProvider }) {
  const mayManage = useMayManage();
  const { data: models } = useQuery(providerModelsQuery(provider.id));
  const test = useTest(provider);
  const sync = useSync(provider);
  useEffect(() => {
    // Its models first: the test asks one of them.
    if (takeMade(provider.id)) sync.mutate(undefined, { onSettled: () => test.mutate() });
  }, [provider.id, sync.mutate, test.mutate]);
  return (
    <PageFrame
      title={provider.name}
      description={
        <span className="flex flex-wrap items-center gap-2 [overflow-wrap:anywhere]">
          {reachOf(provider)}
          {provider.is_default && <Badge look="ok">Default</Badge>}
          {provider.status === "disabled" && <Badge>Disabled</Badge>}
        </span>
      }
      back={{ to: "/providers", label: "Providers" }}
      actions={
        mayManage && (
          <>
            <Button look="primary" isBusy={test.isPending} onClick={() => test.mutate()}>
              <PlugZap size={16} aria-hidden />
              Test
            </Button>
            <DeleteProvider provider={provider} modelCount={models?.length ?? 0} />
          </>
        )
      }
    >
      <div className="mb-8 grid grid-cols-1 gap-3 empty:hidden">
        {test.error && <Outcome kind="failure">{wordsOf(test.error)}</Outcome>}
        {test.data && (
          <Outcome kind={test.data.ok ? "ok" : "failure"}>
            {test.data.message} <span className="opacity-80">{`(${formatDuration(test.data.duration_ms)})`}</span>
          </Outcome>
        )}
        {!mayManage && <Outcome kind="note">An administrator can change this.</Outcome>}
      </div>
      {mayManage && (
        <Section title="Settings">
          <ProviderForm provider={provider} />
        </Section>
      )}
      <Section
        title="Models"
        description="Prices are US dollars for a million tokens read and written."
        actions={
          mayManage && (
            <Button isBusy={sync.isPending} onClick={() => sync.mutate()}>
              {!sync.isPending && <RefreshCw size={16} aria-hidden />}
              Sync models
            </Button>
          )
        }
      >
        <div className="mb-3 grid grid-cols-1 gap-3 empty:hidden">
          {sync.error && <Outcome kind="failure">{wordsOf(sync.error)}</Outcome>}
          {sync.data && <Outcome kind="ok">{syncWords(sync.data.created.length, sync.data.total)}</Outcome>}
        </div>
        <ModelList provider={provider} mayManage={mayManage} />
      </Section>
    </PageFrame>
  );
}

function syncWords(added: number, total: number): string {
  const offers = total === 1 ? "It offers 1 model" : `It offers ${total} models`;
  if (added === 0) return `${offers}, and all are here.`;
  return `${offers}, of which ${added} ${added === 1 ? "is" : "are"} new here.`;
}

const NoProvider = () => (
  <EmptyState
    icon={CloudOff}
    title="This provider is not here"
    action={
      <Link to="/providers" className={buttonClasses("primary")}>
        All providers
      </Link>
    }
  >
    It may have been deleted.
  </EmptyState>
);
