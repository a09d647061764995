import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { LlmModel } from "@/domain/llm-model";
import type { LlmProvider } from "@/domain/llm-provider";
import { ModelField } from "@/ui/agents/model-field";
import { api } from "@/ui/api/client";
import { AsCode } from "@/ui/parts/as-code";
import { Button } from "@/ui/parts/button";
import { Dialog } from "@/ui/parts/dialog";
import { TextField } from "@/ui/parts/field";
import { errorAt, errorBeside } from "@/ui/parts/field-errors";
import { notify } from "@/ui/parts/notify";
import { Outcome } from "@/ui/parts/outcome";
import { modelsChanged } from "./provider-queries";

type Props = { provider: LlmProvider; model: LlmModel | "new" | null; onClose: () => void };

/** A model to add or to change. */
export const ModelDialog = ({ provider, model, onClose }: Props) => (
  <Dialog
    isOpen={model !== null}
    onClose={onClose}
    title={model === "new" ? `Add a model of ${provider.name}` : "Edit the model"}
    className="w-[min(36rem,calc(100vw-2rem))]!"
  >
    {model !== null && <ModelForm provider={provider} model={model === "new" ? null : model} onClose={onClose} />}
  </Dialog>
);

const FIELDS = ["model_id", "display_name", "context_window", "fallback_model_id"];

function ModelForm({ provider, model, onClose }: { provider: LlmProvider; model: LlmModel | null; onClose: () => void }) {
  const [fields, setFields] = useState({
    id: model?.model_id ?? "",
    name: model?.display_name ?? "",
    context: model?.context_window ? String(model.context_window) : "",
    fallback: model?.fallback_model_id ?? null,
  });
  const body = {
    model_id: fields.id,
    ...(fields.name.trim() === "" ? {} : { display_name: fields.name }),
    context_window: fields.context.trim() === "" ? null : numberIn(fields.context),
    fallback_model_id: fields.fallback,
  };
  const request = model
    ? { method: "PATCH" as const, path: `/v1/llm-models/${model.id}`, body }
    : { method: "POST" as const, path: `/v1/llm-providers/${provider.id}/models`, body };
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => (model ? api.patch<LlmModel>(request.path, body) : api.post<LlmModel>(request.path, body)),
    onSuccess: async ({ display_name }) => {
      await modelsChanged();
      notify(model ? "Saved." : `${display_name} is here.`);
      onClose();
    },
  });
  const words = errorBeside(error, FIELDS);
  return (
    <form
      noValidate
      aria-label="Model"
      className="grid grid-cols-1 gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        mutate();
      }}
    >
      <TextField
        label="Name at the provider"
        autoComplete="off"
        spellCheck={false}
        data-autofocus
        placeholder="gpt-5-mini"
        value={fields.id}
        error={errorAt(error, "model_id")}
        onChange={({ target }) => setFields({ ...fields, id: target.value })}
      />
      <TextField
        label="Name here"
        autoComplete="off"
        placeholder={fields.id}
        value={fields.name}
        error={errorAt(error, "display_name")}
        onChange={({ target }) => setFields({ ...fields, name: target.value })}
      />
      <TextField
        label="Context in tokens"
        inputMode="numeric"
        autoComplete="off"
        placeholder={model?.profile?.limits ? String(model.profile.limits.context) : ""}
        hint="Leave it empty to take what its maker says."
        value={fields.context}
        error={errorAt(error, "context_window")}
        onChange={({ target }) => setFields({ ...fields, context: target.value })}
      />
      <ModelField
        label="Fallback model"
        none="None"
        hint="Goes on where this one's provider stays down or refuses."
        without={model?.id}
        value={fields.fallback}
        error={errorAt(error, "fallback_model_id")}
        onChange={(fallback) => setFields({ ...fields, fallback })}
      />
      {words && <Outcome kind="failure">{words}</Outcome>}
      <div className="mt-2 flex flex-wrap justify-end gap-2">
        <span className="mr-auto">
          <AsCode request={request} description="What this form sends." />
        </span>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="primary" isBusy={isPending}>
          {model ? "Save" : "Add"}
        </Button>
      </div>
    </form>
  );
}

/** What is no number goes to the API as it is, which says so. */
function numberIn(text: string): number | string {
  const number = Number(text.replace(/[\s,_]/g, ""));
  return Number.isNaN(number) ? text : number;
}
