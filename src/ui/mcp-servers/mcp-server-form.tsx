import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { McpServer } from "@/domain/mcp-server";
import { api } from "@/ui/api/client";
import type { ApiRequest } from "@/ui/parts/api-code";
import { TextField } from "@/ui/parts/field";
import { errorAt } from "@/ui/parts/field-errors";
import { Form } from "@/ui/parts/form";
import { notify } from "@/ui/parts/notify";
import { Outcome } from "@/ui/parts/outcome";
import { Switch } from "@/ui/parts/switch";
import { changesOf, useDraft } from "@/ui/parts/use-draft";
import { emptyHeader, HeadersField } from "./headers-field";
import { bodyOfServer, fieldsOfServer, SERVER_FIELDS } from "./mcp-server-draft";
import { mcpServerChanged } from "./mcp-server-queries";
import { OAuthField } from "./oauth-field";

/** The settings of a server that is there. */
export function McpServerForm({ server }: { server: McpServer }) {
  const path = `/v1/mcp-servers/${server.id}`;
  const draft = useDraft(fieldsOfServer(server));
  const [sent, setSent] = useState<ApiRequest | null>(null);
  const { fields, set, kept } = draft;
  const isMoved = fields.url !== kept.url;
  const changes = changesOf(bodyOfServer(kept), bodyOfServer(fields));
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: () => api.patch<McpServer>(path, changes),
    onSuccess: (saved) => {
      setSent({ method: "PATCH", path, body: changes });
      draft.keep(fieldsOfServer(saved));
      mcpServerChanged(saved);
      notify("Saved. Test it to see whether it answers.");
    },
  });
  return (
    <Form
      label="Settings of the server"
      action="Save"
      isChanged={draft.isChanged}
      isOvertaken={draft.isOvertaken}
      isSaving={isPending}
      error={error}
      fields={SERVER_FIELDS}
      onSave={mutate}
      onDiscard={() => {
        draft.discard();
        reset();
      }}
      request={
        draft.isChanged
          ? { request: { method: "PATCH", path, body: changes }, description: "What saving sends: only what you changed." }
          : { request: sent ?? { method: "GET", path }, description: sent ? "What was sent when you saved." : "Reads this server." }
      }
    >
      <TextField
        label="Address"
        type="url"
        autoComplete="off"
        value={fields.url}
        error={errorAt(error, "url")}
        onChange={({ target }) => set({ url: target.value })}
      />
      {isMoved && server.header_names.length > 0 && fields.headers === null && (
        <Outcome kind="note">
          Another address clears the headers: they were meant for the old one.{" "}
          <button
            type="button"
            className="underline"
            onClick={() => set({ headers: server.header_names.map((name) => emptyHeader(name)) })}
          >
            Give them again
          </button>
        </Outcome>
      )}
      <HeadersField
        set={server.header_names}
        headers={fields.headers}
        error={errorAt(error, "headers")}
        onChange={(headers) => set({ headers })}
      />
      {isMoved && server.oauth && (
        <Outcome kind="note">Another address forgets how it is signed in to, unless you change that here too.</Outcome>
      )}
      <OAuthField
        oauth={fields.oauth}
        isSecretSet={server.oauth?.client_secret_set === true}
        error={errorAt(error, "oauth")}
        onChange={(oauth) => set({ oauth })}
      />
      <Switch
        label="Agents may use it"
        hint="While it is off, agents that have it do without its tools."
        isOn={fields.isActive}
        onChange={(isActive) => set({ isActive })}
      />
    </Form>
  );
}
