import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { ManagedUser, ResetLink, UpdateUser } from "@/domain/managed-user";
import { api, wordsOf } from "@/ui/api/client";
import { meQuery, queryClient } from "@/ui/api/queries";
import { Badge } from "@/ui/parts/badge";
import { notify } from "@/ui/parts/notify";
import { Outcome } from "@/ui/parts/outcome";
import { visibleText } from "@/ui/parts/visible-text";
import { classes } from "@/ui/platform/class-names";
import { formatDay } from "@/ui/platform/format";
import { DeleteUser } from "./delete-user";
import { UserMenu } from "./user-menu";
import { USERS, usersChanged } from "./user-queries";

const PROVIDERS: Record<string, string> = { google: "Google", github: "GitHub" };

type Props = { user: ManagedUser; isMe: boolean; isInUse: boolean; onResetLink: (link: ResetLink) => void };

/** An account, what it may do, and what the server answered when it was to be changed. */
export function UserRow({ user, isMe, isInUse, onResetLink }: Props) {
  const [isAsked, setIsAsked] = useState(false);
  const path = `${USERS}/${user.id}`;
  const change = useMutation({
    mutationFn: ({ body }: { body: UpdateUser; words: string }) => api.patch<ManagedUser>(path, body),
    onSuccess: async (_, { words }) => {
      await usersChanged();
      if (isMe) void queryClient.invalidateQueries(meQuery());
      notify(words);
    },
  });
  const link = useMutation({ mutationFn: () => api.post<ResetLink>(`${path}/reset-link`), onSuccess: onResetLink });
  const error = change.error ?? link.error;
  const name = visibleText(user.name);
  const waysIn = [...(user.has_password ? ["Password"] : []), ...user.providers.map((provider) => PROVIDERS[provider] ?? provider)];
  return (
    <li className="px-4 py-3">
      <div className="flex items-start gap-3">
        <span
          aria-hidden
          className={classes(
            "mt-0.5 grid size-9 shrink-0 place-items-center rounded-full border border-line bg-panel font-medium text-muted text-sm uppercase",
            user.status === "disabled" && "opacity-50",
          )}
        >
          {[...name.trim()][0] ?? "?"}
        </span>
        <div className="min-w-0 flex-1">
          <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <span className="min-w-0 truncate font-medium" title={name}>
              {name}
            </span>
            {isMe && <Badge>You</Badge>}
            {user.roles.includes("admin") && <Badge look="accent">Admin</Badge>}
            {user.status === "disabled" && <Badge look="danger">Disabled</Badge>}
            {waysIn.length === 0 && user.status === "active" && <Badge look="warn">Has no password yet</Badge>}
          </p>
          <p className="truncate text-muted text-sm" title={user.email}>
            {visibleText(user.email)}
          </p>
          <p className="mt-0.5 text-faint text-sm">
            {[
              ...(waysIn.length > 0 ? [waysIn.join(", ")] : []),
              ...(user.email_verified ? ["email verified"] : []),
              `since ${formatDay(user.created_at)}`,
            ].join(" · ")}
          </p>
        </div>
        <UserMenu
          user={user}
          isInUse={isInUse}
          onChange={(body, words) => {
            link.reset();
            change.mutate({ body, words });
          }}
          onResetLink={() => {
            change.reset();
            link.mutate();
          }}
          onDelete={() => setIsAsked(true)}
        />
      </div>
      {error && (
        <div className="mt-3">
          <Outcome kind="failure">{wordsOf(error)}</Outcome>
        </div>
      )}
      <DeleteUser user={user} isOpen={isAsked} onClose={() => setIsAsked(false)} />
    </li>
  );
}
