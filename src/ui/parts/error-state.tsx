import { CircleAlert } from "lucide-react";
import { wordsOf } from "@/ui/api/client";
import { Button } from "./button";

/** Where a page or a part of it could not be shown: the server's own words, and a way to try again. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  return (
    <div role="alert" className="mx-auto grid max-w-md justify-items-center gap-3 px-6 py-16 text-center">
      <span className="grid size-12 place-items-center rounded-2xl bg-danger-soft text-danger">
        <CircleAlert size={22} aria-hidden />
      </span>
      <h2 className="font-semibold">This could not be shown</h2>
      <p className="text-muted text-sm [overflow-wrap:anywhere]">{wordsOf(error)}</p>
      {onRetry && (
        <Button className="mt-2" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}
