import { useMutation, useQuery } from "@tanstack/react-query";
import { LogOut } from "lucide-react";
import { api, wordsOf } from "@/ui/api/client";
import { Badge } from "@/ui/parts/badge";
import { Button } from "@/ui/parts/button";
import { notify, notifyFailure } from "@/ui/parts/notify";
import { Outcome } from "@/ui/parts/outcome";
import { Section } from "@/ui/parts/section";
import { formatFull } from "@/ui/platform/format";
import { LOGINS, loginsChanged, loginsQuery } from "./account-queries";

/** Where one is signed in, and the end of it elsewhere. */
export function LoginsSection() {
  const { data: logins, error } = useQuery(loginsQuery());
  const end = useMutation({
    mutationFn: ({ path }: { path: string; words: string }) => api.remove(path),
    onSuccess: async (_, { words }) => {
      await loginsChanged();
      notify(words);
    },
    onError: notifyFailure,
  });
  const others = logins?.filter(({ is_current }) => !is_current) ?? [];
  return (
    <Section
      title="Where you are signed in"
      description="Each browser and each program that signed in as you."
      actions={
        others.length > 0 && (
          <Button isBusy={end.isPending} onClick={() => end.mutate({ path: LOGINS, words: "You are signed out everywhere else." })}>
            <LogOut size={16} aria-hidden />
            Sign out everywhere else
          </Button>
        )
      }
    >
      {error && !logins && <Outcome kind="failure">{wordsOf(error)}</Outcome>}
      {logins && (
        <ul aria-label="Logins" className="max-h-96 divide-y divide-line overflow-y-auto rounded-xl border border-line">
          {logins.map(({ id, created_at, last_used_at, is_current }) => (
            <li key={id} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5 text-sm">
              <div className="min-w-0 flex-1 basis-56">
                <p className="flex flex-wrap items-center gap-2">
                  {`Since ${formatFull(created_at)}`}
                  {is_current && <Badge look="ok">This one</Badge>}
                </p>
                <p className="text-faint">{`Seen about ${formatFull(last_used_at)}`}</p>
              </div>
              {!is_current && (
                <Button
                  look="quiet"
                  aria-label={`Sign out the login since ${formatFull(created_at)}`}
                  disabled={end.isPending}
                  onClick={() => end.mutate({ path: `${LOGINS}/${id}`, words: "It is signed out." })}
                >
                  Sign out
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
