import { useQuery } from "@tanstack/react-query";
import { Boxes, Plus, SearchX } from "lucide-react";
import { useState } from "react";
import type { LlmModel } from "@/domain/llm-model";
import type { LlmProvider } from "@/domain/llm-provider";
import { Badge } from "@/ui/parts/badge";
import { Button } from "@/ui/parts/button";
import { EmptyState } from "@/ui/parts/empty-state";
import { ErrorState } from "@/ui/parts/error-state";
import { Loading } from "@/ui/parts/loading";
import { SearchField } from "@/ui/parts/search-field";
import { Table } from "@/ui/parts/table";
import { formatTokens } from "@/ui/platform/format";
import { ModelDialog } from "./model-dialog";
import { ModelMenu } from "./model-menu";
import { providerModelsQuery } from "./provider-queries";

/** So many models are shown at first: some providers have hundreds. */
const SHOWN_AT_FIRST = 40;

type Props = { provider: LlmProvider; mayManage: boolean };

/** The models of a provider, with what their maker says of them. */
export function ModelList({ provider, mayManage }: Props) {
  const { data: models, error, refetch } = useQuery(providerModelsQuery(provider.id));
  const [search, setSearch] = useState("");
  const [isWhole, setIsWhole] = useState(false);
  const [edited, setEdited] = useState<LlmModel | "new" | null>(null);
  if (error && !models) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!models) return <Loading />;
  const words = search.trim().toLowerCase();
  const found = models.filter(({ display_name, model_id }) => `${display_name} ${model_id}`.toLowerCase().includes(words));
  const shown = isWhole ? found : found.slice(0, SHOWN_AT_FIRST);
  const add = (
    <Button onClick={() => setEdited("new")}>
      <Plus size={16} aria-hidden />
      Add a model
    </Button>
  );
  return (
    <>
      {models.length > 0 && (
        <div className="mb-3 flex flex-wrap gap-2">
          <SearchField label="Search models" value={search} onChange={setSearch} className="min-w-48 flex-1" />
          {mayManage && add}
        </div>
      )}
      {models.length === 0 && (
        <EmptyState icon={Boxes} title="It has no models here yet" action={mayManage && add}>
          {mayManage ? "Sync reads from the provider what it offers. Or add one by the name that the provider gives it." : ""}
        </EmptyState>
      )}
      {models.length > 0 && found.length === 0 && (
        <EmptyState icon={SearchX} title="No model is called so" action={<Button onClick={() => setSearch("")}>Show all</Button>} />
      )}
      {shown.length > 0 && (
        <Table
          caption={`Models of ${provider.name}`}
          rows={shown}
          keyOf={({ id }) => id}
          columns={[
            { title: "Model", cell: (model) => <Named model={model} /> },
            { title: "Can", isExtra: true, cell: (model) => <Abilities model={model} /> },
            { title: "Context", isNumber: true, isExtra: true, cell: (model) => contextOf(model) },
            { title: "Price", isNumber: true, cell: (model) => priceOf(model) },
            ...(mayManage
              ? [{ title: "More", isNumber: true, cell: (model: LlmModel) => <ModelMenu model={model} onEdit={() => setEdited(model)} /> }]
              : []),
          ]}
        />
      )}
      {shown.length < found.length && (
        <div className="mt-4 text-center">
          <Button onClick={() => setIsWhole(true)}>{`Show all ${found.length}`}</Button>
        </div>
      )}
      <ModelDialog provider={provider} model={edited} onClose={() => setEdited(null)} />
    </>
  );
}

const Named = ({ model: { display_name, model_id, is_default, status } }: { model: LlmModel }) => (
  <span className={status === "disabled" ? "text-faint" : undefined}>
    <span className="flex flex-wrap items-center gap-2">
      <span className="font-medium [overflow-wrap:anywhere]">{display_name}</span>
      {is_default && <Badge look="ok">Default</Badge>}
      {status === "disabled" && <Badge>Disabled</Badge>}
    </span>
    {display_name !== model_id && <code className="font-mono text-faint text-xs [overflow-wrap:anywhere]">{model_id}</code>}
  </span>
);

function Abilities({ model: { profile } }: { model: LlmModel }) {
  if (!profile) return <span className="text-faint">Not known</span>;
  const words = [
    ...(profile.tool_call ? ["Tools"] : []),
    ...(profile.reasoning ? ["Reasoning"] : []),
    ...(profile.modalities.input.includes("image") ? ["Images"] : []),
  ];
  return <span className="text-muted">{words.length > 0 ? words.join(", ") : "Text"}</span>;
}

const contextOf = ({ context_window, profile }: LlmModel): string => {
  const tokens = context_window ?? profile?.limits?.context;
  return tokens ? formatTokens(tokens) : "–";
};

const priceOf = ({ profile }: LlmModel): string => (profile?.cost ? `$${profile.cost.input} / $${profile.cost.output}` : "–");
