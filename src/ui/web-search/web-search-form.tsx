import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { SearchEngine, WebSearch } from "@/domain/web-search";
import { api } from "@/ui/api/client";
import { queryClient } from "@/ui/api/queries";
import { KeyField } from "@/ui/llm-providers/key-field";
import type { ApiRequest } from "@/ui/parts/api-code";
import { SelectField, TextField } from "@/ui/parts/field";
import { errorAt } from "@/ui/parts/field-errors";
import { Form } from "@/ui/parts/form";
import { notify } from "@/ui/parts/notify";
import { Outcome } from "@/ui/parts/outcome";
import { useDraft } from "@/ui/parts/use-draft";
import { StopSearching } from "./stop-searching";
import { type ChosenEngine, chosenOf } from "./web-search-queries";

const PATH = "/v1/web-search";

const ENGINES: Record<SearchEngine, { name: string; words: string; needsKey: boolean; needsAddress: boolean }> = {
  searxng: { name: "SearXNG", words: "Runs on a machine of your own, and needs no key.", needsKey: false, needsAddress: true },
  brave: { name: "Brave Search", words: "Needs a key from api.search.brave.com.", needsKey: true, needsAddress: false },
  tavily: { name: "Tavily", words: "Needs a key from tavily.com.", needsKey: true, needsAddress: false },
};

const fieldsOf = (kept: ChosenEngine | null) => ({
  engine: kept?.engine ?? "searxng",
  base_url: kept?.base_url ?? "",
  key: "",
  isKeyRemoved: false,
});

/** Chooses the engine. */
export function WebSearchForm({ kept }: { kept: ChosenEngine | null }) {
  const draft = useDraft(fieldsOf(kept));
  const [sent, setSent] = useState<ApiRequest | null>(null);
  const { fields, set } = draft;
  const engine = ENGINES[fields.engine];
  const isMoved = kept !== null && (fields.engine !== kept.engine || fields.base_url !== (kept.base_url ?? ""));
  const body = {
    engine: fields.engine,
    base_url: fields.base_url.trim() === "" ? null : fields.base_url.trim(),
    ...(fields.key === "" ? (fields.isKeyRemoved ? { api_key: null } : {}) : { api_key: fields.key }),
  };
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: () => api.put<WebSearch>(PATH, body),
    onSuccess: (saved) => {
      setSent({ method: "PUT", path: PATH, body });
      queryClient.setQueryData(["web-search"], chosenOf(saved));
      draft.keep(fieldsOf(chosenOf(saved)));
      void queryClient.invalidateQueries({ queryKey: ["capabilities"] });
      notify("Saved. Search once to see whether it answers.");
    },
  });
  return (
    <>
      {kept === null && (
        <div className="mb-6">
          <Outcome kind="note">No engine is set: agents cannot search the web until you choose one.</Outcome>
        </div>
      )}
      <Form
        label="Web search"
        action="Save"
        isChanged={draft.isChanged}
        mayBeUntouched={kept === null}
        isOvertaken={draft.isOvertaken}
        isSaving={isPending}
        error={error}
        fields={["engine", "base_url", "api_key"]}
        onSave={mutate}
        onDiscard={() => {
          draft.discard();
          reset();
        }}
        request={
          draft.isChanged || kept === null
            ? { request: { method: "PUT", path: PATH, body }, description: "What saving sends." }
            : { request: sent ?? { method: "GET", path: PATH }, description: sent ? "What was sent when you saved." : "Reads the setting." }
        }
      >
        <SelectField
          label="Engine"
          hint={engine.words}
          value={fields.engine}
          error={errorAt(error, "engine")}
          onChange={({ target }) => set({ engine: target.value as SearchEngine, base_url: "" })}
        >
          {Object.entries(ENGINES).map(([value, { name }]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </SelectField>
        <TextField
          label="Address"
          type="url"
          autoComplete="off"
          placeholder={engine.needsAddress ? "http://127.0.0.1:8888" : ""}
          hint={engine.needsAddress ? "Where it runs. Its JSON format must be switched on there." : "Leave it empty for the engine's own."}
          value={fields.base_url}
          error={errorAt(error, "base_url")}
          onChange={({ target }) => set({ base_url: target.value })}
        />
        {isMoved && kept.api_key_set && fields.key === "" && (
          <Outcome kind="note">Another engine or address clears the stored key, which was meant for the old one.</Outcome>
        )}
        <KeyField
          label={engine.needsKey ? "API key" : "API key (if it needs one)"}
          isSet={kept?.api_key_set ?? false}
          hint="It is kept encrypted on this machine, and is sent to the engine only."
          value={fields.key}
          isRemoved={fields.isKeyRemoved}
          error={errorAt(error, "api_key")}
          onChange={(key, isKeyRemoved) => set({ key, isKeyRemoved })}
        />
      </Form>
      {kept && <StopSearching />}
    </>
  );
}
