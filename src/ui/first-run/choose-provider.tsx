import { useMutation, useQuery } from "@tanstack/react-query";
import { CircleAlert } from "lucide-react";
import { useState } from "react";
import type { LlmProvider } from "@/domain/llm-provider";
import { wordsOf } from "@/ui/api/client";
import { foundProvidersQuery, providersQuery } from "@/ui/api/queries";
import { Button } from "@/ui/parts/button";
import { ErrorState } from "@/ui/parts/error-state";
import { TextField } from "@/ui/parts/field";
import { Loading } from "@/ui/parts/loading";
import { AtHand } from "./at-hand";
import { type Connected, choicesOf, connect, type ProviderChoice } from "./provider-choices";

/** Who answers. What is at hand is chosen already, so that Enter goes on. */
export function ChooseProvider({ onConnected }: { onConnected: (connected: Connected) => void }) {
  const providers = useQuery(providersQuery());
  const found = useQuery(foundProvidersQuery());
  const [wanted, setWanted] = useState<string | null>(null);
  const [given, setGiven] = useState({ key: "", address: "" });
  const [made, setMade] = useState<{ choice: string; provider: LlmProvider } | null>(null);
  const choices = choicesOf(
    (providers.data ?? []).filter(({ id }) => id !== made?.provider.id),
    found.data ?? [],
  );
  const chosen = choices.find(({ id }) => id === wanted) ?? choices.find(({ needs }) => needs.length === 0) ?? choices[0];
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: (choice: ProviderChoice) =>
      connect(choice, given, made?.choice === choice.id ? made.provider : null, (provider) => setMade({ choice: choice.id, provider })),
    onSuccess: onConnected,
  });

  if (providers.error) return <ErrorState error={providers.error} onRetry={() => void providers.refetch()} />;
  if (providers.isPending || found.isPending || !chosen) return <Loading />;
  const isMissing =
    (chosen.needs.includes("key") && chosen.make?.provider_type !== "custom" && given.key.trim() === "") ||
    (chosen.needs.includes("address") && given.address.trim() === "");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!isMissing) mutate(chosen);
      }}
    >
      <fieldset className="grid gap-2 sm:grid-cols-2">
        <legend className="sr-only">Which model should answer?</legend>
        {choices.map((choice) => (
          <label
            key={choice.id}
            className="relative flex cursor-pointer items-start gap-3 rounded-xl border border-line px-4 py-3 transition-colors hover:bg-panel has-checked:border-primary has-checked:bg-panel has-focus-visible:outline-2 has-focus-visible:outline-primary has-focus-visible:outline-offset-2"
          >
            <input
              type="radio"
              name="provider"
              checked={choice === chosen}
              onChange={() => {
                setWanted(choice.id);
                reset();
              }}
              className="mt-1 size-4 shrink-0 accent-(--primary) outline-none"
            />
            <span className="min-w-0">
              <span className="block truncate font-medium">{choice.title}</span>
              <span className="block truncate text-faint text-sm">{choice.note}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <AtHand choice={chosen} />
      {chosen.needs.length > 0 && (
        <div className="mt-5 grid gap-4">
          {chosen.needs.includes("address") && (
            <TextField
              label="Address"
              type="url"
              placeholder="https://api.example.com/v1"
              value={given.address}
              onChange={({ target }) => setGiven({ ...given, address: target.value })}
            />
          )}
          <TextField
            key={chosen.id}
            label={chosen.needs.includes("address") ? "API key (if it needs one)" : `API key of ${chosen.title}`}
            type="password"
            autoComplete="off"
            autoFocus={!chosen.needs.includes("address")}
            hint="It is kept encrypted on this machine, and is sent to this provider only."
            value={given.key}
            onChange={({ target }) => setGiven({ ...given, key: target.value })}
          />
        </div>
      )}
      {error && (
        <p role="alert" className="mt-5 flex items-start gap-2.5 rounded-xl bg-danger-soft px-4 py-3 text-danger text-sm">
          <CircleAlert size={17} aria-hidden className="mt-0.5 shrink-0" />
          <span className="[overflow-wrap:anywhere]">{wordsOf(error)}</span>
        </p>
      )}
      <div className="mt-6 flex items-center gap-4">
        <Button type="submit" look="primary" className="h-10 px-5" isBusy={isPending} disabled={isMissing}>
          {isPending ? "Testing…" : "Test and continue"}
        </Button>
        <p className="text-faint text-sm max-sm:hidden">You can add others later.</p>
      </div>
    </form>
  );
}
