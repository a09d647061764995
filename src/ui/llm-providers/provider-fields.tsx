import type { LlmProvider, ProviderType } from "@/domain/llm-provider";
import { SelectField, TextField } from "@/ui/parts/field";
import { errorAt } from "@/ui/parts/field-errors";
import { Outcome } from "@/ui/parts/outcome";
import { Switch } from "@/ui/parts/switch";
import type { Draft } from "@/ui/parts/use-draft";
import { KeyField } from "./key-field";
import type { ProviderDraft } from "./provider-draft";
import { TYPE_NAMES, USUAL_ADDRESS } from "./provider-words";

type Props = { draft: Draft<ProviderDraft>; provider?: LlmProvider; error: unknown };

export function ProviderFields({ draft: { fields, set, kept }, provider, error }: Props) {
  const { provider_type: type, settings } = fields;
  const isMoved =
    fields.base_url.trim() !== kept.base_url || (fields.base_url.trim() === "" && fields.provider_type !== kept.provider_type);
  const usual = USUAL_ADDRESS[type];
  const changeType = (next: ProviderType) =>
    set({ provider_type: next, ...(fields.name === "" || fields.name === TYPE_NAMES[type] ? { name: nameOf(next) } : {}) });
  return (
    <>
      <div className="grid grid-cols-1 items-start gap-5 md:grid-cols-2">
        <SelectField
          label="Type"
          value={type}
          error={errorAt(error, "provider_type")}
          onChange={({ target }) => changeType(target.value as ProviderType)}
        >
          {Object.entries(TYPE_NAMES).map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </SelectField>
        <TextField
          label="Name"
          autoComplete="off"
          value={fields.name}
          error={errorAt(error, "name")}
          onChange={({ target }) => set({ name: target.value })}
        />
      </div>
      {type !== "simulated" && (
        <>
          <TextField
            label="Address"
            type="url"
            autoComplete="off"
            placeholder={usual ?? (type === "azure_openai" ? "https://my-resource.openai.azure.com" : "https://api.example.com/v1")}
            hint={usual ? "Leave it empty for the usual one." : undefined}
            value={fields.base_url}
            error={errorAt(error, "base_url")}
            onChange={({ target }) => set({ base_url: target.value })}
          />
          {isMoved && provider?.api_key_set && fields.key === "" && (
            <Outcome kind="note">Another address clears the stored key, which was meant for the old one: enter the key again.</Outcome>
          )}
          <KeyField
            label="API key"
            isSet={provider?.api_key_set ?? false}
            hint="It is kept encrypted on this machine, and is sent to this provider only."
            value={fields.key}
            isRemoved={fields.isKeyRemoved}
            error={errorAt(error, "api_key")}
            onChange={(key, isKeyRemoved) => set({ key, isKeyRemoved })}
          />
        </>
      )}
      {type === "azure_openai" && (
        <TextField
          label="API version"
          autoComplete="off"
          placeholder="2024-10-21"
          value={settings.api_version ?? ""}
          error={errorAt(error, "settings")}
          onChange={({ target }) => set({ settings: { ...settings, api_version: target.value === "" ? null : target.value } })}
        />
      )}
      {(type === "openai" || type === "custom") && (
        <SelectField
          label="Protocol"
          hint="Which of OpenAI's two it speaks."
          value={settings.api ?? ""}
          onChange={({ target }) =>
            set({ settings: { ...settings, api: target.value === "" ? null : (target.value as "responses" | "chat_completions") } })
          }
        >
          <option value="">As fits the address</option>
          <option value="responses">Responses</option>
          <option value="chat_completions">Chat completions</option>
        </SelectField>
      )}
      <Switch
        label="In use"
        hint="While it is off, its models answer nothing."
        isOn={fields.isActive}
        onChange={(isActive) => set({ isActive })}
      />
      <Switch
        label="The default provider"
        hint="Its default model answers wherever nobody chose another."
        isOn={fields.isDefault}
        onChange={(isDefault) => set({ isDefault })}
      />
    </>
  );
}

/** What a provider of this type is usually called; of the protocol's others nothing is known. */
export const nameOf = (type: ProviderType): string => (type === "custom" ? "" : type === "simulated" ? "Simulated" : TYPE_NAMES[type]);
