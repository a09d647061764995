import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { McpServer } from "@/domain/mcp-server";
import { api } from "@/ui/api/client";
import { TextField } from "@/ui/parts/field";
import { errorAt } from "@/ui/parts/field-errors";
import { Form } from "@/ui/parts/form";
import { useDraft } from "@/ui/parts/use-draft";
import { rememberMade } from "@/ui/platform/just-made";
import { HeadersField } from "./headers-field";
import { bodyOfServer, SERVER_FIELDS, type ServerFields } from "./mcp-server-draft";
import { mcpServerChanged } from "./mcp-server-queries";
import { NO_OAUTH, OAuthField } from "./oauth-field";

/** A new server; it is tested as soon as it is there. */
export function NewMcpServerForm() {
  const navigate = useNavigate();
  const { fields, set, isChanged } = useDraft<ServerFields>({ name: "", url: "", headers: [], oauth: NO_OAUTH, isActive: true });
  const body = bodyOfServer(fields);
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => api.post<McpServer>("/v1/mcp-servers", body),
    onSuccess: (server) => {
      mcpServerChanged(server);
      rememberMade(server.id);
      void navigate({ to: "/mcp-servers/$serverId", params: { serverId: server.id }, ignoreBlocker: true });
    },
  });
  return (
    <Form
      label="New MCP server"
      action="Add and test"
      isChanged={isChanged}
      isSaving={isPending}
      error={error}
      fields={SERVER_FIELDS}
      onSave={mutate}
      request={{ request: { method: "POST", path: "/v1/mcp-servers", body }, description: "Adds the server as it stands in the form." }}
    >
      <TextField
        label="Name"
        autoComplete="off"
        autoFocus
        spellCheck={false}
        placeholder="github"
        hint="Small letters, digits, _ and -. Its tools' names begin with it, and it can't be changed later."
        value={fields.name}
        error={errorAt(error, "name")}
        onChange={({ target }) => set({ name: target.value })}
      />
      <TextField
        label="Address"
        type="url"
        autoComplete="off"
        placeholder="https://example.com/mcp"
        hint="Where it speaks streamable HTTP."
        value={fields.url}
        error={errorAt(error, "url")}
        onChange={({ target }) => set({ url: target.value })}
      />
      <HeadersField set={[]} headers={fields.headers} error={errorAt(error, "headers")} onChange={(headers) => set({ headers })} />
      <OAuthField oauth={fields.oauth} isSecretSet={false} error={errorAt(error, "oauth")} onChange={(oauth) => set({ oauth })} />
    </Form>
  );
}
