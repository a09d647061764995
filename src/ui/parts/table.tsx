import type { ReactNode } from "react";
import { classes } from "@/ui/platform/class-names";

type Column<Row> = {
  title: string;
  cell: (row: Row) => ReactNode;
  isNumber?: boolean;
  /** Left out on a phone. */
  isExtra?: boolean;
  /** Its title is only read aloud. */
  isTitleQuiet?: boolean;
};

type Props<Row> = { caption: string; columns: readonly Column<Row>[]; rows: readonly Row[]; keyOf: (row: Row) => string };

/** A list with columns. `caption` says to a screen reader what it lists. */
export function Table<Row>({ caption, columns, rows, keyOf }: Props<Row>) {
  const classOf = ({ isNumber, isExtra }: Column<Row>) =>
    classes("px-4 py-2.5", isNumber ? "text-right tabular-nums" : "text-left", isExtra && "max-md:hidden");
  return (
    <div className="overflow-x-auto rounded-xl border border-line">
      <table className="w-full text-sm">
        <caption className="sr-only">{caption}</caption>
        <thead className="bg-panel text-muted">
          <tr>
            {columns.map((column) => (
              <th key={column.title} scope="col" className={classes(classOf(column), "whitespace-nowrap font-medium")}>
                {column.isTitleQuiet ? <span className="sr-only">{column.title}</span> : column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column) => (
                <td key={column.title} className={classOf(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
