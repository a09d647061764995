import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { SearchX, UserPlus, Users } from "lucide-react";
import { useDeferredValue, useState } from "react";
import type { ResetLink } from "@/domain/managed-user";
import { type AuthConfig, authConfigQuery, meQuery } from "@/ui/api/queries";
import { AsCode } from "@/ui/parts/as-code";
import { Button } from "@/ui/parts/button";
import { EmptyState } from "@/ui/parts/empty-state";
import { ErrorState } from "@/ui/parts/error-state";
import { Loading } from "@/ui/parts/loading";
import { MoreButton } from "@/ui/parts/more-button";
import { Outcome } from "@/ui/parts/outcome";
import { PageFrame } from "@/ui/parts/page-frame";
import { SearchField } from "@/ui/parts/search-field";
import { SecretOnce } from "@/ui/parts/secret-once";
import { formatFull } from "@/ui/platform/format";
import { NewUser } from "@/ui/users/new-user";
import { USERS, usersQuery } from "@/ui/users/user-queries";
import { UserRow } from "@/ui/users/user-row";

export function UsersPage() {
  const { data: config, error, refetch } = useQuery(authConfigQuery());
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!config) return <Loading />;
  return config.mode === "none" ? <NoAccounts /> : <Accounts mode={config.mode} />;
}

const NoAccounts = () => (
  <PageFrame title="Users">
    <EmptyState icon={Users} title="This server runs without accounts">
      Everyone who reaches it is one and the same person, and only this machine does. Start it with{" "}
      <code className="code">AUTH_MODE=admin</code> for one account, or with <code className="code">AUTH_MODE=full</code> for many.
    </EmptyState>
  </PageFrame>
);

const route = getRouteApi("/users");

type Shown = { name: string; link: ResetLink };

function Accounts({ mode }: { mode: AuthConfig["mode"] }) {
  const { search = "" } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: me } = useQuery(meQuery());
  const found = useInfiniteQuery(usersQuery(useDeferredValue(search.trim())));
  const [isMaking, setIsMaking] = useState(false);
  const [shown, setShown] = useState<Shown | null>(null);
  const users = found.data?.pages.flatMap(({ items }) => items);
  const sift = (words: string) => void navigate({ search: words === "" ? {} : { search: words }, replace: true });
  if (found.error && !users)
    return (
      <PageFrame title="Users">
        <ErrorState error={found.error} onRetry={() => void found.refetch()} />
      </PageFrame>
    );
  return (
    <PageFrame
      title="Users"
      description="Who may sign in, and who looks after the server."
      actions={
        <>
          <AsCode request={{ method: "GET", path: USERS }} description="Lists the accounts." />
          {mode === "full" && (
            <Button look="primary" onClick={() => setIsMaking(true)}>
              <UserPlus size={16} aria-hidden />
              New user
            </Button>
          )}
        </>
      }
    >
      {mode === "admin" && (
        <div className="mb-5">
          <Outcome kind="note">
            This server runs with one account, that of <code className="code">AUTH_ADMIN_EMAIL</code>. Others are kept, and may sign in once
            it is started with <code className="code">AUTH_MODE=full</code>.
          </Outcome>
        </div>
      )}
      {shown && (
        <SecretOnce
          key={shown.link.reset_token}
          title={`A link for ${shown.name}`}
          secret={shown.link.reset_link}
          copyLabel="Copy the link"
          onDone={() => setShown(null)}
        >
          {`Give it to them yourself: whoever opens it chooses the password. It works once, until ${formatFull(shown.link.expires_at)}, and is not shown again.`}
        </SecretOnce>
      )}
      <SearchField label="Search names and emails" value={search} onChange={sift} className="mb-4" />
      {!users && <Loading />}
      {users && users.length > 0 && (
        <ul aria-label="Users" className="divide-y divide-line rounded-xl border border-line">
          {users.map((user) => (
            <UserRow
              key={user.id}
              user={user}
              isMe={user.id === me?.id}
              isInUse={mode === "full"}
              onResetLink={(link) => setShown({ name: user.name, link })}
            />
          ))}
        </ul>
      )}
      <MoreButton query={found}>Show more users</MoreButton>
      {users?.length === 0 && (
        <EmptyState icon={SearchX} title="Nobody is like this" action={<Button onClick={() => sift("")}>Show all</Button>}>
          No name and no email has these words in it.
        </EmptyState>
      )}
      <NewUser isOpen={isMaking} onClose={() => setIsMaking(false)} onMade={({ name, reset }) => setShown({ name, link: reset })} />
    </PageFrame>
  );
}
