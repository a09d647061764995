import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Puzzle, SearchX } from "lucide-react";
import { useState } from "react";
import type { Capability } from "@/domain/capability";
import { capabilitiesQuery } from "@/ui/api/queries";
import { CapabilityRow } from "@/ui/capabilities/capability-row";
import { AsCode } from "@/ui/parts/as-code";
import { Button, buttonClasses } from "@/ui/parts/button";
import { EmptyState } from "@/ui/parts/empty-state";
import { ErrorState } from "@/ui/parts/error-state";
import { Loading } from "@/ui/parts/loading";
import { PageFrame } from "@/ui/parts/page-frame";
import { SearchField } from "@/ui/parts/search-field";
import { Section } from "@/ui/parts/section";

export function CapabilitiesPage() {
  const { data, error, refetch } = useQuery(capabilitiesQuery());
  const [search, setSearch] = useState("");
  const found = (data ?? []).filter((capability) => isFound(capability, search.trim().toLowerCase()));
  const groups = Map.groupBy(found, groupOf);
  return (
    <PageFrame
      title="Capabilities"
      description="What agents can be given beside a model: tools they call and instructions they follow."
      actions={
        <>
          <AsCode request={{ method: "GET", path: "/v1/capabilities" }} description="Lists the capabilities with their tools." />
          <Link to="/mcp-servers" className={buttonClasses()}>
            MCP servers
          </Link>
        </>
      }
    >
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!error && !data && <Loading />}
      {data && data.length > 0 && (
        <SearchField label="Search capabilities and tools" value={search} onChange={setSearch} className="mb-8 max-w-md" />
      )}
      {data?.length === 0 && (
        <EmptyState icon={Puzzle} title="There are no capabilities">
          Add an MCP server: each one's tools become a capability.
        </EmptyState>
      )}
      {data && data.length > 0 && found.length === 0 && (
        <EmptyState icon={SearchX} title="No capability is like this" action={<Button onClick={() => setSearch("")}>Show all</Button>}>
          Neither a capability nor a tool has these words.
        </EmptyState>
      )}
      {SHOWN_ORDER.map((title) => {
        const own = groups.get(title);
        return (
          own && (
            <Section key={title} title={title}>
              <ul className="divide-y divide-line rounded-xl border border-line">
                {own.map((capability) => (
                  <CapabilityRow key={capability.id} capability={capability} />
                ))}
              </ul>
            </Section>
          )
        );
      })}
    </PageFrame>
  );
}

const SHOWN_ORDER = ["Built in", "From MCP servers", "For trying out", "Coming soon"] as const;

function groupOf({ status, category }: Capability): (typeof SHOWN_ORDER)[number] {
  if (status === "coming_soon") return "Coming soon";
  if (category === "MCP") return "From MCP servers";
  return category === "Testing" ? "For trying out" : "Built in";
}

const isFound = ({ id, name, description, tools }: Capability, words: string): boolean =>
  [id, name, description, ...tools.flatMap((tool) => [tool.name, tool.description])].join("\n").toLowerCase().includes(words);
