import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import type { McpServer } from "@/domain/mcp-server";
import { api, wordsOf } from "@/ui/api/client";
import { mcpServerChanged } from "@/ui/mcp-servers/mcp-server-queries";
import { Loading } from "@/ui/parts/loading";
import { Outcome } from "@/ui/parts/outcome";
import { PageFrame } from "@/ui/parts/page-frame";
import { rememberMade } from "@/ui/platform/just-made";

/** Where an authorization server sends the browser back. Finishes the sign-in, and goes on to the server, which is tested at once. */
export function McpSignedInPage() {
  const navigate = useNavigate();
  const { mutate, error } = useMutation({
    mutationFn: () => {
      const answer = answerIn(location.search);
      return api.post<McpServer>(`/v1/mcp-servers/${encodeURIComponent(serverOf(answer))}/finish-sign-in`, answer);
    },
    onSuccess: (server) => {
      mcpServerChanged(server);
      rememberMade(server.id);
      void navigate({ to: "/mcp-servers/$serverId", params: { serverId: server.id }, replace: true });
    },
  });
  useEffect(() => mutate(), [mutate]);
  if (!error) return <Loading />;
  return (
    <PageFrame title="Signing in" back={{ to: "/mcp-servers", label: "MCP servers" }}>
      <Outcome kind="failure">{wordsOf(error)}</Outcome>
    </PageFrame>
  );
}

/** The state begins with the server that it belongs to. */
const serverOf = ({ state = "" }: Record<string, string>): string => state.split(".")[0] || "unknown";

function answerIn(search: string): Record<string, string> {
  const query = new URLSearchParams(search);
  return Object.fromEntries(["state", "code", "iss", "error"].flatMap((name) => (query.has(name) ? [[name, query.get(name)!]] : [])));
}
