import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Cpu, Plus } from "lucide-react";
import { modelsQuery, providersQuery } from "@/ui/api/queries";
import { useMayManage } from "@/ui/api/use-may-manage";
import { DefaultModel } from "@/ui/llm-providers/default-model";
import { FoundProviders } from "@/ui/llm-providers/found-providers";
import { ProviderRow } from "@/ui/llm-providers/provider-row";
import { AsCode } from "@/ui/parts/as-code";
import { buttonClasses } from "@/ui/parts/button";
import { EmptyState } from "@/ui/parts/empty-state";
import { ErrorState } from "@/ui/parts/error-state";
import { Loading } from "@/ui/parts/loading";
import { PageFrame } from "@/ui/parts/page-frame";

export function ProvidersPage() {
  const { data: providers, error, refetch } = useQuery(providersQuery());
  const { data: models = [] } = useQuery(modelsQuery());
  const mayManage = useMayManage();
  return (
    <PageFrame
      title="Providers and models"
      description="Who answers: each provider with its key, and the models it offers."
      actions={
        <>
          <AsCode request={{ method: "GET", path: "/v1/llm-providers" }} description="Lists the providers." />
          {mayManage && <AddProvider />}
        </>
      }
    >
      {error && !providers && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!error && !providers && <Loading />}
      {providers && models.length > 0 && <DefaultModel models={models} mayManage={mayManage} />}
      {providers && providers.length > 0 && (
        <ul aria-label="Providers" className="divide-y divide-line rounded-xl border border-line">
          {providers.map((provider) => (
            <ProviderRow
              key={provider.id}
              provider={provider}
              modelCount={models.filter(({ provider_id, status }) => provider_id === provider.id && status === "active").length}
            />
          ))}
        </ul>
      )}
      {providers?.length === 0 && (
        <EmptyState icon={Cpu} title="There is no provider yet" action={mayManage && <AddProvider />}>
          {mayManage
            ? "Add one with its key, or a program on this machine such as Ollama. Until then no agent can answer."
            : "An administrator can add one."}
        </EmptyState>
      )}
      {mayManage && <FoundProviders />}
    </PageFrame>
  );
}

const AddProvider = () => (
  <Link to="/providers/new" className={buttonClasses("primary")}>
    <Plus size={16} aria-hidden />
    Add a provider
  </Link>
);
