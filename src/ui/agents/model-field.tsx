import { useQuery } from "@tanstack/react-query";
import { modelsQuery } from "@/ui/api/queries";
import { SelectField } from "@/ui/parts/field";

type Props = {
  label: string;
  /** What holds where none is chosen. */
  none: string;
  /** Where one must be chosen. */
  isNoneHidden?: boolean;
  /** The model that can't be chosen. */
  without?: string | undefined;
  hint?: string | undefined;
  value: string | null;
  error?: string | undefined;
  onChange: (id: string | null) => void;
};

/** One of the models that are here, by their providers. */
export function ModelField({ label, none, isNoneHidden = false, without, hint, value, error, onChange }: Props) {
  const { data: models } = useQuery(modelsQuery());
  const usable = (models ?? []).filter(({ id, status }) => (status === "active" && id !== without) || id === value);
  const isUnknown = value !== null && !usable.some(({ id }) => id === value);
  const chosen = usable.find(({ id }) => id === value);
  return (
    <SelectField
      label={label}
      hint={chosen?.status === "disabled" ? "This model is disabled: another one answers in its place." : hint}
      error={error}
      value={value ?? ""}
      onChange={({ target }) => onChange(target.value === "" ? null : target.value)}
    >
      {!isNoneHidden && <option value="">{none}</option>}
      {isUnknown && <option value={value}>{models ? "A model that is not here any more" : "…"}</option>}
      {[...Map.groupBy(usable, ({ provider_name }) => provider_name)].map(([provider, own]) => (
        <optgroup key={provider} label={provider}>
          {own.map(({ id, display_name, status }) => (
            <option key={id} value={id}>
              {status === "disabled" ? `${display_name} (disabled)` : display_name}
            </option>
          ))}
        </optgroup>
      ))}
    </SelectField>
  );
}
