import { useMutation } from "@tanstack/react-query";
import { Check } from "lucide-react";
import type { McpServer, McpTool } from "@/domain/mcp-server";
import { api } from "@/ui/api/client";
import { AsCode } from "@/ui/parts/as-code";
import { Badge } from "@/ui/parts/badge";
import { Button } from "@/ui/parts/button";
import { notify, notifyFailure } from "@/ui/parts/notify";
import { Section } from "@/ui/parts/section";
import { type DiffLine, diffLines } from "@/ui/parts/text-diff";
import { isSame } from "@/ui/parts/use-draft";
import { visibleText } from "@/ui/parts/visible-text";
import { classes } from "@/ui/platform/class-names";
import { mcpServerChanged } from "./mcp-server-queries";
import { annotationWords } from "./mcp-tool-list";

type Props = { server: McpServer; changed: readonly McpTool[]; mayAccept: boolean };

/** What a server offers now beside what was accepted of it. Nothing new reaches a model before someone has looked at it here. */
export function ChangedTools({ server, changed, mayAccept }: Props) {
  const { mutate, isPending } = useMutation({
    mutationFn: () => api.post<McpServer>(`/v1/mcp-servers/${server.id}/accept-tools`),
    onSuccess: (accepted) => {
      mcpServerChanged(accepted);
      notify("The tools are accepted.");
    },
    onError: notifyFailure,
  });
  return (
    <Section
      title="Changed tools"
      description="The server offers other tools than those that were accepted. Read what is new: a description is an instruction to the model. Until you accept, nothing of it reaches one."
      actions={
        mayAccept && (
          <>
            <AsCode
              request={{ method: "POST", path: `/v1/mcp-servers/${server.id}/accept-tools` }}
              description="Accepts the tools as the server offers them now."
            />
            <Button look="primary" isBusy={isPending} onClick={() => mutate()}>
              <Check size={16} aria-hidden />
              Accept these tools
            </Button>
          </>
        )
      }
    >
      <ul aria-label="Changed tools" className="grid grid-cols-1 gap-4">
        {differencesOf(server.tools, changed).map(({ name, before, next }) => (
          <li key={name} className="overflow-hidden rounded-xl border border-line">
            <p className="flex flex-wrap items-center gap-2 border-line border-b bg-panel px-4 py-2.5">
              <code className="font-medium font-mono text-sm [overflow-wrap:anywhere]">{visibleText(name)}</code>
              <Badge look={next === undefined ? "danger" : before === undefined ? "ok" : "warn"}>
                {next === undefined ? "Taken away" : before === undefined ? "New" : "Changed"}
              </Badge>
            </p>
            <SideBySide before={before && textOf(before)} next={next && textOf(next)} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

type Difference = { name: string; before: McpTool | undefined; next: McpTool | undefined };

function differencesOf(accepted: readonly McpTool[], offered: readonly McpTool[]): Difference[] {
  const names = [...new Set([...accepted, ...offered].map(({ name }) => name))];
  return names
    .map((name) => ({
      name,
      before: accepted.find((tool) => tool.name === name),
      next: offered.find((tool) => tool.name === name),
    }))
    .filter(({ before, next }) => !isSame(before, next));
}

/** All that a model is told of a tool, and what the server claims of it. */
const textOf = ({ description, input_schema, annotations }: McpTool): string =>
  visibleText([description, "", ...annotationWords(annotations), JSON.stringify(input_schema, null, 2)].join("\n"));

function SideBySide({ before, next }: { before: string | undefined; next: string | undefined }) {
  const lines = diffLines(before ?? "", next ?? "");
  return (
    <div className="grid grid-cols-1 divide-line max-md:divide-y md:grid-cols-2 md:divide-x">
      <Side title="Accepted" none="It was not there." text={before} lines={lines} kind="removed" />
      <Side title="Offered now" none="It is not offered any more." text={next} lines={lines} kind="added" />
    </div>
  );
}

type SideProps = { title: string; none: string; text: string | undefined; lines: readonly DiffLine[]; kind: "removed" | "added" };

function Side({ title, none, text, lines, kind }: SideProps) {
  const mark = kind === "removed" ? "bg-danger-soft text-danger" : "bg-ok/10 text-ok";
  return (
    <section aria-label={title} className="min-w-0 px-4 py-3">
      <h3 className="mb-1.5 text-faint text-xs">{title}</h3>
      {text === undefined ? (
        <p className="text-faint text-sm">{none}</p>
      ) : (
        <pre className="code whitespace-pre-wrap [overflow-wrap:anywhere]">
          {lines.map((line, index) => {
            if (line.kind === "skipped") return `⋯ ${line.count} lines as before\n`;
            if (line.kind !== "same" && line.kind !== kind) return null;
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines have no names, and a difference does not change
              <span key={index} className={classes("block", line.kind === kind && mark)}>
                {line.words.map(({ text }) => text).join("") || " "}
              </span>
            );
          })}
        </pre>
      )}
    </section>
  );
}
