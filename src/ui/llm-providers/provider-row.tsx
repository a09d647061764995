import { Link } from "@tanstack/react-router";
import { Cpu } from "lucide-react";
import type { LlmProvider } from "@/domain/llm-provider";
import { Badge } from "@/ui/parts/badge";
import { reachOf } from "./provider-words";

export const ProviderRow = ({ provider, modelCount }: { provider: LlmProvider; modelCount: number }) => (
  <li className="relative flex items-start gap-3 px-4 py-3.5 transition-colors first:rounded-t-xl last:rounded-b-xl hover:bg-panel">
    <Cpu size={18} aria-hidden className="mt-0.5 shrink-0 text-accent" />
    <div className="min-w-0 flex-1">
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <Link
          to="/providers/$providerId"
          params={{ providerId: provider.id }}
          title={provider.name}
          className="min-w-0 max-w-full truncate font-medium after:absolute after:inset-0"
        >
          {provider.name}
        </Link>
        {provider.is_default && <Badge look="ok">Default</Badge>}
        {provider.status === "disabled" && <Badge>Disabled</Badge>}
      </p>
      <p className="truncate text-muted text-sm">{reachOf(provider)}</p>
    </div>
    <span className="shrink-0 text-faint text-sm">{modelCount === 1 ? "1 model" : `${modelCount} models`}</span>
  </li>
);
