import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { ScrollText, SearchX, X } from "lucide-react";
import { meQuery } from "@/ui/api/queries";
import { ACTION_CHOICES } from "@/ui/audit-events/action-words";
import { auditEventsQuery, auditPath } from "@/ui/audit-events/audit-event-queries";
import { AuditEventRow } from "@/ui/audit-events/audit-event-row";
import { AsCode } from "@/ui/parts/as-code";
import { Button } from "@/ui/parts/button";
import { EmptyState } from "@/ui/parts/empty-state";
import { ErrorState } from "@/ui/parts/error-state";
import { SelectField } from "@/ui/parts/field";
import { Loading } from "@/ui/parts/loading";
import { MoreButton } from "@/ui/parts/more-button";
import { PageFrame } from "@/ui/parts/page-frame";
import { visibleText } from "@/ui/parts/visible-text";
import { formatCount } from "@/ui/platform/format";
import { everyoneQuery } from "@/ui/users/user-queries";

const route = getRouteApi("/audit-events");

const PERIODS = [
  { days: undefined, label: "Ever" },
  { days: 1, label: "The last day" },
  { days: 7, label: "The last 7 days" },
  { days: 30, label: "The last 30 days" },
];

export function AuditEventsPage() {
  const { action, person, days } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: me } = useQuery(meQuery());
  const { data: everyone = [] } = useQuery(everyoneQuery());
  const filter = { action, person, days };
  const found = useInfiniteQuery(auditEventsQuery(filter));
  // What happens meanwhile pushes older events into the next page: none is shown twice.
  const events = found.data && [...new Map(found.data.pages.flatMap(({ items }) => items.map((event) => [event.id, event]))).values()];
  const names = new Map([...(me ? [me] : []), ...everyone].map(({ id, name }) => [id, visibleText(name)]));
  const isSifted = action !== undefined || person !== undefined || days !== undefined;
  const change = (next: Partial<typeof filter>) => void navigate({ search: (now) => ({ ...now, ...next }) as typeof now, replace: true });
  const clear = () => void navigate({ search: {}, replace: true });
  if (found.error && !events)
    return (
      <PageFrame title="Audit log">
        <ErrorState error={found.error} onRetry={() => void found.refetch()} />
      </PageFrame>
    );
  return (
    <PageFrame
      title="Audit log"
      description="What concerned security: who did what, to whom, and from where."
      actions={<AsCode request={{ method: "GET", path: auditPath(filter) }} description="Lists these events." />}
    >
      <div className="mb-4 grid grid-cols-1 gap-4 sm:grid-cols-2">
        <SelectField
          label="What happened"
          value={action ?? ""}
          onChange={({ target }) => change({ action: target.value === "" ? undefined : target.value })}
        >
          <option value="">Anything</option>
          {ACTION_CHOICES.map(({ action, words }) => (
            <option key={action} value={action}>
              {words}
            </option>
          ))}
        </SelectField>
        <SelectField
          label="When"
          value={days ?? ""}
          onChange={({ target }) => change({ days: target.value === "" ? undefined : Number(target.value) })}
        >
          {PERIODS.map(({ days, label }) => (
            <option key={label} value={days ?? ""}>
              {label}
            </option>
          ))}
        </SelectField>
      </div>
      {person !== undefined && (
        <p className="mb-4 flex items-center gap-2 text-muted text-sm">
          <span className="min-w-0 truncate">{`Only what ${names.get(person) ?? person} did`}</span>
          <Button look="quiet" className="h-8! px-2!" onClick={() => change({ person: undefined })}>
            <X size={15} aria-hidden />
            Everyone
          </Button>
        </p>
      )}
      {!events && <Loading />}
      {events && events.length > 0 && (
        <>
          <p role="status" className="mb-2 text-faint text-sm">
            {`${formatCount(found.data?.pages.at(-1)?.total ?? 0)} events, newest first`}
          </p>
          <ul aria-label="Events" className="divide-y divide-line rounded-xl border border-line">
            {events.map((event) => (
              <AuditEventRow key={event.id} event={event} names={names} onPerson={(id) => change({ person: id })} />
            ))}
          </ul>
        </>
      )}
      <MoreButton query={found}>Show older events</MoreButton>
      {events?.length === 0 &&
        (isSifted ? (
          <EmptyState icon={SearchX} title="Nothing like this happened" action={<Button onClick={clear}>Show all</Button>}>
            No event matches all that is chosen here.
          </EmptyState>
        ) : (
          <EmptyState icon={ScrollText} title="Nothing happened yet">
            Sign-ins, changed accounts, keys and providers are told here.
          </EmptyState>
        ))}
    </PageFrame>
  );
}
