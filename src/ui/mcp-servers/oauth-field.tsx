import type { McpServer } from "@/domain/mcp-server";
import { SelectField, TextField } from "@/ui/parts/field";
import { Outcome } from "@/ui/parts/outcome";

/** How one gets in, as a form holds it. The secret can be written, and never read. */
export type OAuthDraft = { way: "none" | "authorization_code" | "client_credentials"; clientId: string; secret: string; scope: string };

export const NO_OAUTH: OAuthDraft = { way: "none", clientId: "", secret: "", scope: "" };

export const oauthDraftOf = ({ oauth }: McpServer): OAuthDraft =>
  oauth === null ? NO_OAUTH : { way: oauth.grant, clientId: oauth.client_id ?? "", secret: "", scope: oauth.scope ?? "" };

/** As the API takes it. */
export const oauthOf = ({ way, clientId, secret, scope }: OAuthDraft) =>
  way === "none" ? null : { grant: way, client_id: clientId || null, client_secret: secret || null, scope: scope || null };

type Props = { oauth: OAuthDraft; isSecretSet: boolean; error: string | null | undefined; onChange: (oauth: OAuthDraft) => void };

/** Whether a server asks for OAuth, and as whom this server comes. */
export function OAuthField({ oauth, isSecretSet, error, onChange }: Props) {
  const set = (part: Partial<OAuthDraft>) => onChange({ ...oauth, ...part });
  return (
    <div className="grid grid-cols-1 gap-4">
      <SelectField
        label="Signing in"
        value={oauth.way}
        error={oauth.way === "none" ? error : undefined}
        onChange={({ target }) => set({ way: target.value as OAuthDraft["way"] })}
      >
        <option value="none">Without OAuth</option>
        <option value="authorization_code">OAuth: an administrator signs in</option>
        <option value="client_credentials">OAuth: this server signs itself in</option>
      </SelectField>
      {oauth.way !== "none" && (
        <>
          <TextField
            label="Client ID"
            autoComplete="off"
            spellCheck={false}
            value={oauth.clientId}
            error={error}
            hint={oauth.way === "authorization_code" ? "Leave it empty to register by itself, where that is allowed." : undefined}
            onChange={({ target }) => set({ clientId: target.value })}
          />
          <TextField
            label="Client secret"
            type="password"
            autoComplete="off"
            value={oauth.secret}
            onChange={({ target }) => set({ secret: target.value })}
          />
          <TextField
            label="Scope"
            autoComplete="off"
            spellCheck={false}
            value={oauth.scope}
            hint="Leave it empty for what the server asks for."
            onChange={({ target }) => set({ scope: target.value })}
          />
          {isSecretSet && oauth.secret === "" && <Outcome kind="note">A secret is set. Changing any of these needs it again.</Outcome>}
        </>
      )}
    </div>
  );
}
