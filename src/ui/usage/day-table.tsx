import type { UsageGroup } from "@/domain/usage-group";
import { Table } from "@/ui/parts/table";
import { formatCount } from "@/ui/platform/format";
import { dayName } from "./day-name";
import { costWords } from "./usage-sums";

/** The figures behind the charts, the last day first. */
export const DayTable = ({ groups }: { groups: readonly UsageGroup[] }) => (
  <details className="mb-10">
    <summary className="mb-3 w-fit rounded font-medium text-muted text-sm hover:text-ink pointer-coarse:py-2">Every day as a table</summary>
    <Table
      caption="What was used, by day"
      rows={groups.toReversed()}
      keyOf={({ key }) => key}
      columns={[
        { title: "Day", cell: ({ key }) => <time dateTime={key}>{dayName(key)}</time> },
        { title: "Tokens in", isNumber: true, cell: ({ input_tokens }) => formatCount(input_tokens) },
        { title: "Tokens out", isNumber: true, cell: ({ output_tokens }) => formatCount(output_tokens) },
        { title: "Cost", isNumber: true, cell: costWords },
        { title: "Turns", isNumber: true, isExtra: true, cell: ({ turns }) => formatCount(turns) },
        { title: "Failed", isNumber: true, isExtra: true, cell: ({ failures }) => formatCount(failures) },
      ]}
    />
  </details>
);
