import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { meQuery } from "@/ui/api/queries";
import icon from "@/ui/icon.svg";
import { OpenSidebar } from "@/ui/layout/sidebar-state";
import { ChooseAgent } from "./choose-agent";
import { ChooseProvider } from "./choose-provider";
import type { Connected } from "./provider-choices";

/** From nothing to a first chat: who answers, then what kind of agent. */
export function FirstRun() {
  const { data: me } = useQuery(meQuery());
  const [connected, setConnected] = useState<Connected | null>(null);
  const mayChoose = me?.roles.includes("admin") ?? true;
  const isSecond = connected !== null || !mayChoose;
  return (
    <div className="h-full overflow-y-auto">
      <div className="px-4 pt-4 md:hidden">
        <OpenSidebar />
      </div>
      <div className="mx-auto max-w-2xl px-5 pt-6 pb-20 md:pt-[10vh]">
        <img src={icon} alt="" className="mb-5 size-11 rounded-xl ring-1 ring-line" />
        <h1 className="font-semibold text-2xl tracking-tight">Welcome to Everruns</h1>
        <p className="mt-2 mb-8 text-muted">
          {isSecond
            ? "Choose what your first agent is for. You can change everything about it later."
            : "Agents that live on your own machine. First: which model should answer?"}
        </p>
        {mayChoose && (
          <ol className="mb-6 flex gap-6 text-sm" aria-label="Steps">
            {["Model", "Agent"].map((name, index) => (
              <li
                key={name}
                aria-current={isSecond === (index === 1) ? "step" : undefined}
                className="flex items-center gap-2 text-faint aria-[current]:font-medium aria-[current]:text-ink"
              >
                <span className="grid size-6 place-items-center rounded-full border border-current text-xs">{index + 1}</span>
                {name}
              </li>
            ))}
          </ol>
        )}
        {isSecond ? (
          <ChooseAgent connected={connected} onBack={mayChoose ? () => setConnected(null) : undefined} />
        ) : (
          <ChooseProvider onConnected={setConnected} />
        )}
      </div>
    </div>
  );
}
