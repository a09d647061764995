import type { McpTool } from "@/domain/mcp-server";
import { ParameterList } from "@/ui/capabilities/parameter-list";
import { Badge } from "@/ui/parts/badge";
import { visibleText } from "@/ui/parts/visible-text";

/** The tools of a server that were accepted. */
export function McpToolList({ tools, isChecked }: { tools: readonly McpTool[]; isChecked: boolean }) {
  if (tools.length === 0)
    return (
      <p className="rounded-xl border border-line border-dashed px-4 py-6 text-center text-faint text-sm">
        {isChecked ? "It has offered no tools so far." : "Test the server to see its tools."}
      </p>
    );
  return (
    <ul aria-label="Tools" className="divide-y divide-line rounded-xl border border-line px-4">
      {tools.map(({ name, description, input_schema, annotations }) => (
        <li key={name} className="py-3.5">
          <p className="flex flex-wrap items-center gap-2">
            <code className="font-medium font-mono text-sm [overflow-wrap:anywhere]">{visibleText(name)}</code>
            {annotationWords(annotations).map((words) => (
              <Badge key={words}>{words}</Badge>
            ))}
          </p>
          <p className="mt-1 whitespace-pre-line text-sm [overflow-wrap:anywhere]">{visibleText(description)}</p>
          <ParameterList schema={input_schema} />
        </li>
      ))}
    </ul>
  );
}

/** What the server claims of a tool. */
export const annotationWords = ({ read_only, idempotent, destructive }: McpTool["annotations"]): string[] => [
  ...(read_only ? ["Only reads"] : []),
  ...(idempotent ? ["Repeatable"] : []),
  ...(destructive && !read_only ? ["May destroy"] : []),
];
