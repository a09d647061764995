import { lazy, Suspense, useId, useState } from "react";
import type { Series } from "./bar-chart";
import { dayName } from "./day-name";

// The library that draws is loaded with the first chart.
const BarChart = lazy(() => import("./bar-chart").then(({ BarChart }) => ({ default: BarChart })));

type Props = {
  title: string;
  /** Of all days together. */
  total: string;
  note?: string | undefined;
  days: readonly string[];
  series: readonly Series[];
  format: (value: number) => string;
  formatStep?: (value: number) => string;
  isWhole?: boolean;
  /** There is no figure on any day. */
  isUnknown?: boolean;
};

/** One figure, day by day. What is pointed at is told in words. */
export function DayChart({ title, total, note, days, series, format, formatStep = format, isWhole = false, isUnknown = false }: Props) {
  const id = useId();
  const [pointed, setPointed] = useState<number | null>(null);
  const day = pointed === null ? undefined : days[pointed];
  const highest = days.reduce((best, _, index) => (heightAt(series, index) > heightAt(series, best) ? index : best), 0);
  return (
    <figure aria-labelledby={id} className="min-w-0 rounded-xl border border-line px-4 pt-3.5 pb-2">
      <figcaption className="mb-2">
        <span className="flex items-baseline justify-between gap-3">
          <span id={id} className="font-medium text-sm">
            {title}
          </span>
          <span className="font-semibold text-lg tabular-nums tracking-tight">{total}</span>
        </span>
        <span className="flex min-h-5 flex-wrap items-baseline gap-x-3 text-faint text-xs">
          {day === undefined || pointed === null ? (
            <>
              {series.length > 1 && series.map(({ label, token }) => <Key key={label} label={label} token={token} />)}
              {note}
            </>
          ) : (
            <span className="text-muted tabular-nums">
              {`${dayName(day)}: ${series.map(({ label, values }) => wordsAt(values[pointed], label, series.length > 1, format)).join(", ")}`}
            </span>
          )}
        </span>
      </figcaption>
      {isUnknown ? (
        <p className="grid h-42 place-items-center text-faint text-sm">Not known for any of these days</p>
      ) : (
        <Suspense fallback={<div className="h-42" />}>
          <BarChart
            description={`${title} by day, from ${dayName(days[0]!)} to ${dayName(days.at(-1)!)}: ${total} in all, the most on ${dayName(days[highest]!)} with ${format(heightAt(series, highest))}. The table below has every day.`}
            labels={days.map(dayName)}
            series={series}
            formatStep={formatStep}
            isWhole={isWhole}
            onPoint={setPointed}
          />
        </Suspense>
      )}
    </figure>
  );
}

const heightAt = (series: readonly Series[], index: number): number => series.reduce((sum, { values }) => sum + (values[index] ?? 0), 0);

function wordsAt(value: number | null | undefined, label: string, isLabelled: boolean, format: (value: number) => string): string {
  const words = value === null || value === undefined ? "unknown" : format(value);
  return isLabelled ? `${words} ${label.toLowerCase()}` : words;
}

const Key = ({ label, token }: { label: string; token: string }) => (
  <span className="inline-flex items-center gap-1.5">
    <span aria-hidden className="size-2 rounded-sm" style={{ background: `var(${token})` }} />
    {label}
  </span>
);
