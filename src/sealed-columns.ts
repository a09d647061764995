import { sealedToolHeaders } from "@/agents/agent-store";
import type { SealedColumn } from "@/database/reseal";
import type { Tables } from "@/database/schema";
import { sealedAnswers } from "@/http/idempotency-store";
import { sealedProviderKeys } from "@/llm-providers/llm-provider-store";
import { sealedMcpOAuth } from "@/mcp-servers/mcp-oauth-store";
import { sealedMcpHeaders } from "@/mcp-servers/mcp-server-store";
import { sealedSearchKey } from "@/web-search/web-search-store";

/** Everything that is kept sealed. What is missing here is lost when the master key is rotated. */
export const sealedColumns = (tables: Tables): readonly SealedColumn[] => [
  sealedAnswers(tables),
  sealedProviderKeys(tables),
  sealedMcpHeaders(tables),
  sealedMcpOAuth(tables),
  sealedSearchKey(tables),
  sealedToolHeaders(tables),
];
