import type { ReactNode } from "react";

/** What is so, by its name. */
export const Facts = ({ facts }: { facts: readonly (readonly [name: string, value: ReactNode])[] }) => (
  <dl className="grid grid-cols-1 divide-y divide-line rounded-xl border border-line text-sm">
    {facts.map(([name, value]) => (
      <div key={name} className="flex flex-wrap gap-x-4 gap-y-0.5 px-4 py-2.5">
        <dt className="w-36 shrink-0 text-muted">{name}</dt>
        <dd className="min-w-0 flex-1 basis-56 [overflow-wrap:anywhere]">{value}</dd>
      </div>
    ))}
  </dl>
);
