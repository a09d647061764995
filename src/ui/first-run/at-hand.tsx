import { useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, LoaderCircle } from "lucide-react";
import { wordsOf } from "@/ui/api/client";
import { type ProviderChoice, testQuery } from "./provider-choices";

/** Whether a provider that is here already answers: asked as soon as it is chosen. */
export function AtHand({ choice: { provider, title } }: { choice: ProviderChoice }) {
  const isAsked = provider !== null && provider.provider_type !== "simulated";
  const { data, error } = useQuery({ ...testQuery(provider?.id ?? ""), enabled: isAsked });
  if (!isAsked) return null;
  const isGood = data?.ok ?? error === null;
  const Icon = !data && !error ? LoaderCircle : isGood ? CircleCheck : CircleAlert;
  return (
    <p role="status" className="mt-4 flex items-start gap-2.5 text-muted text-sm">
      <Icon size={17} aria-hidden className={`mt-0.5 shrink-0 ${!data && !error ? "animate-spin" : isGood ? "text-ok" : "text-danger"}`} />
      <span className="min-w-0 [overflow-wrap:anywhere]">{data?.message ?? (error ? wordsOf(error) : `Asking ${title} for a word…`)}</span>
    </p>
  );
}
