import { useQuery } from "@tanstack/react-query";
import { BookOpen, FileJson, HeartPulse } from "lucide-react";
import type { ReactNode } from "react";
import { wordsOf } from "@/ui/api/client";
import { authConfigQuery, healthQuery } from "@/ui/api/queries";
import { useMayManage } from "@/ui/api/use-may-manage";
import { CopyButton } from "@/ui/markdown/code-block";
import { AsCode } from "@/ui/parts/as-code";
import { Outcome } from "@/ui/parts/outcome";
import { Section } from "@/ui/parts/section";
import { formatBytes, formatFull } from "@/ui/platform/format";
import { serverInfoQuery } from "./account-queries";
import { Facts } from "./facts";

const MODES: Record<string, string> = {
  none: "None: only this machine reaches it",
  admin: "One account, the configuration's",
  full: "Accounts of people",
};

/** Where everything is, which version runs, and how people come in. */
export function ServerSection() {
  const mayManage = useMayManage();
  const { data: health } = useQuery(healthQuery());
  const { data: config } = useQuery(authConfigQuery());
  const { data: info, error } = useQuery({ ...serverInfoQuery(), enabled: mayManage });
  const ways = [...(config?.password_auth_enabled ? ["Passwords"] : []), ...(config?.oauth_providers ?? []).map(named)];
  const facts: [string, ReactNode][] = [
    ["Version", health?.version ?? "…"],
    ["Accounts", health ? (MODES[health.auth_mode] ?? health.auth_mode) : "…"],
    ...(ways.length > 0 ? [["Signing in", ways.join(", ")] as [string, ReactNode]] : []),
    ...(config && config.mode === "full"
      ? [["New accounts", config.signup_enabled ? "Anyone may make one" : "Only an admin makes them"] as [string, ReactNode]]
      : []),
    ...(info
      ? ([
          ["Data folder", <Path key="path" path={info.data_dir} />],
          ["Database", formatBytes(info.database_bytes)],
          ["Address", info.url],
          ["Running since", formatFull(info.started_at)],
        ] as [string, ReactNode][])
      : []),
  ];
  return (
    <Section
      title="This server"
      description={
        mayManage && (
          <>
            Everything is in the data folder. <code className="code">everruns backup</code> copies it while the server runs.
          </>
        )
      }
      actions={mayManage && <AsCode request={{ method: "GET", path: "/v1/server" }} description="Reads where the server keeps its data." />}
    >
      {error && !info && <Outcome kind="failure">{wordsOf(error)}</Outcome>}
      <Facts facts={facts} />
      <ul className="mt-4 flex flex-wrap gap-x-6 gap-y-2 text-sm">
        <Elsewhere href="/swagger-ui/" icon={<BookOpen size={15} aria-hidden />}>
          API documentation
        </Elsewhere>
        <Elsewhere href="/api-doc/openapi.json" icon={<FileJson size={15} aria-hidden />}>
          OpenAPI description
        </Elsewhere>
        <Elsewhere href="/health" icon={<HeartPulse size={15} aria-hidden />}>
          Health
        </Elsewhere>
      </ul>
    </Section>
  );
}

const named = (provider: string): string => ({ google: "Google", github: "GitHub" })[provider] ?? provider;

const Path = ({ path }: { path: string }) => (
  <span className="flex items-start gap-2">
    <code className="code min-w-0 flex-1 [overflow-wrap:anywhere]">{path}</code>
    <span className="-my-1">
      <CopyButton text={path} label="Copy the path" />
    </span>
  </span>
);

const Elsewhere = ({ href, icon, children }: { href: string; icon: ReactNode; children: string }) => (
  <li>
    <a
      href={href}
      target="_blank"
      rel="noreferrer"
      className="inline-flex items-center gap-2 rounded text-accent underline underline-offset-4 pointer-coarse:py-2"
    >
      {icon}
      {children}
    </a>
  </li>
);
