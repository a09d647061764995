import { useMutation } from "@tanstack/react-query";
import { KeyRound, Trash2 } from "lucide-react";
import { useState } from "react";
import type { ApiKey } from "@/domain/api-key";
import { api } from "@/ui/api/client";
import { Badge } from "@/ui/parts/badge";
import { IconButton } from "@/ui/parts/button";
import { ConfirmDialog } from "@/ui/parts/dialog";
import { notify, notifyFailure } from "@/ui/parts/notify";
import { formatDay, formatFull, formatWhen } from "@/ui/platform/format";
import { API_KEYS, apiKeysChanged } from "./api-key-queries";
import { wordsOfScopes } from "./scopes";

export function ApiKeyRow({ apiKey }: { apiKey: ApiKey }) {
  const { id, name, key_prefix, scopes, expires_at, last_used_at, created_at } = apiKey;
  const [isAsked, setIsAsked] = useState(false);
  const { mutate, isPending } = useMutation({
    mutationFn: () => api.remove(`${API_KEYS}/${id}`),
    onSuccess: async () => {
      await apiKeysChanged();
      notify(`${name} is deleted.`);
    },
    onError: notifyFailure,
  });
  const isOver = expires_at !== null && Date.parse(expires_at) <= Date.now();
  const facts = [
    last_used_at ? `last used ${formatWhen(last_used_at)}` : "never used",
    expires_at ? `${isOver ? "ended" : "ends"} ${formatDay(expires_at)}` : "never ends",
    `made ${formatDay(created_at)}`,
  ];
  return (
    <li className="flex items-start gap-3 px-4 py-3">
      <span className="mt-0.5 grid size-9 shrink-0 place-items-center rounded-lg border border-line bg-panel text-muted max-sm:hidden">
        <KeyRound size={17} aria-hidden />
      </span>
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
          <span className="min-w-0 truncate font-medium" title={name}>
            {name}
          </span>
          {isOver && <Badge look="danger">Ended</Badge>}
        </p>
        <p className="mt-0.5 text-muted text-sm [overflow-wrap:anywhere]">{wordsOfScopes(scopes)}</p>
        <p className="mt-0.5 flex flex-wrap gap-x-3 text-faint text-sm">
          <code className="code text-xs! leading-[1.7]!">{key_prefix}</code>
          <span title={last_used_at ? formatFull(last_used_at) : undefined}>{facts.join(" · ")}</span>
        </p>
      </div>
      <IconButton label={`Delete ${name}`} disabled={isPending} onClick={() => setIsAsked(true)}>
        <Trash2 size={17} />
      </IconButton>
      <ConfirmDialog
        isOpen={isAsked}
        onClose={() => setIsAsked(false)}
        title={`Delete ${name}?`}
        description="Whatever uses this key is refused from this moment on. It can't be brought back."
        action="Delete"
        onConfirm={() => mutate()}
      />
    </li>
  );
}
