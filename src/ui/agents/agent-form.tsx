import type { ApiRequest } from "@/ui/parts/api-code";
import { SelectField, TextArea, TextField } from "@/ui/parts/field";
import { errorAt } from "@/ui/parts/field-errors";
import { Form } from "@/ui/parts/form";
import { Section } from "@/ui/parts/section";
import type { Draft } from "@/ui/parts/use-draft";
import { formatCount } from "@/ui/platform/format";
import { AGENT_FIELDS, type AgentDraft } from "./agent-draft";
import { CapabilityPicker } from "./capability-picker";
import { ModelField } from "./model-field";
import { TagsField } from "./tags-field";

type Props = {
  label: string;
  action: string;
  draft: Draft<AgentDraft>;
  /** The name of the model that it had until somebody deleted it. */
  lostModel?: string | null;
  isSaving: boolean;
  error: unknown;
  onSave: () => void;
  onDiscard?: () => void;
  request: { request: ApiRequest; description: string };
};

/** Everything that an agent is made of. */
export function AgentForm({ draft: { fields, set, isChanged, isOvertaken }, lostModel, error, ...rest }: Props) {
  const at = (field: (typeof AGENT_FIELDS)[number]) => errorAt(error, field);
  return (
    <Form {...rest} error={error} fields={AGENT_FIELDS} isChanged={isChanged} isOvertaken={isOvertaken}>
      <div className="grid grid-cols-1 items-start gap-5 md:grid-cols-2">
        <TextField
          label="Name"
          autoComplete="off"
          autoFocus={fields.name === ""}
          value={fields.name}
          error={at("name")}
          onChange={({ target }) => set({ name: target.value })}
        />
        <TextField
          label="Description"
          autoComplete="off"
          placeholder="What it is for, for people who choose it"
          value={fields.description}
          error={at("description")}
          onChange={({ target }) => set({ description: target.value })}
        />
      </div>
      <TextArea
        label="System prompt"
        rows={12}
        className="field-sizing-content max-h-[70vh] min-h-56 resize-y px-4! py-3!"
        placeholder="Who it is, what it does, and how it answers"
        hint={`The model reads this before every answer.${fields.system_prompt === "" ? "" : ` ${formatCount(fields.system_prompt.length)} characters.`}`}
        value={fields.system_prompt}
        error={at("system_prompt")}
        onChange={({ target }) => set({ system_prompt: target.value })}
      />
      <div className="mb-5 grid grid-cols-1 items-start gap-5 md:grid-cols-2">
        <ModelField
          label="Model"
          none="The server's default"
          hint={lostModel && fields.default_model_id === null ? `Its model ${lostModel} was deleted: choose another.` : undefined}
          value={fields.default_model_id}
          error={at("default_model_id")}
          onChange={(id) => set({ default_model_id: id })}
        />
        <ModelField
          label="Fallback model"
          none="None"
          hint="Goes on where the first cannot answer."
          value={fields.fallback_model_id}
          error={at("fallback_model_id")}
          onChange={(id) => set({ fallback_model_id: id })}
        />
      </div>
      <Section title="Capabilities" description="What it can do beside writing. Their prompts and tools reach the model in this order.">
        <CapabilityPicker
          chosen={fields.capabilities}
          policies={fields.tool_policies}
          error={at("capabilities")}
          onChange={(capabilities) => set({ capabilities })}
          onPolicies={(tool_policies) => set({ tool_policies })}
        />
      </Section>
      <div className="grid grid-cols-1 items-start gap-5 md:grid-cols-2">
        <TagsField tags={fields.tags} error={at("tags")} onChange={(tags) => set({ tags })} />
        <SelectField
          label="Who may use it"
          value={fields.visibility}
          error={at("visibility")}
          onChange={({ target }) => set({ visibility: target.value as AgentDraft["visibility"] })}
        >
          <option value="private">Only you</option>
          <option value="shared">Everybody with an account here</option>
        </SelectField>
      </div>
    </Form>
  );
}
