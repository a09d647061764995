import { useEffect, useRef } from "react";
import uPlot from "uplot";
import { useTheme } from "@/ui/platform/theme";
import { useMedia } from "@/ui/platform/use-media";

/** A series' colour is a token of the page: `--accent`. */
export type Series = { label: string; token: string; values: readonly (number | null)[] };

type Props = {
  /** What a screen reader says in place of the picture. */
  description: string;
  labels: readonly string[];
  /** Stacked, the first at the bottom. */
  series: readonly Series[];
  /** Of a step of the scale. */
  formatStep: (value: number) => string;
  isWhole: boolean;
  /** The place under the pointer, if one is. */
  onPoint: (index: number | null) => void;
};

const HEIGHT = 168;
const FONT = '11px "Geist Variable", ui-sans-serif, system-ui, sans-serif';

/** Bars side by side, one a place, drawn anew for each theme and width. */
export function BarChart({ description, labels, series, formatStep, isWhole, onPoint }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  const isDark = useMedia("(prefers-color-scheme: dark)");
  const inputs = JSON.stringify([labels, series, theme, isDark]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is drawn follows from the inputs, which are new objects at every render
  useEffect(() => {
    const place = frame.current;
    if (!place) return;
    const chart = new uPlot(
      optionsFor(place, { labels, series, formatStep, isWhole, onPoint }),
      [labels.map((_, index) => index), ...stacked(series).toReversed()],
      place,
    );
    const observer = new ResizeObserver(() => chart.setSize({ width: place.clientWidth, height: HEIGHT }));
    observer.observe(place);
    return () => {
      observer.disconnect();
      chart.destroy();
    };
  }, [inputs]);

  return <div ref={frame} role="img" aria-label={description} className="h-42 min-w-0 overflow-hidden" />;
}

/** Each with all below it added: drawn from the last to the first, what is seen of each is its own. */
function stacked(series: readonly Series[]): (number | null)[][] {
  const below: number[] = [];
  return series.map(({ values }) =>
    values.map((value, index) => {
      if (value === null) return null;
      below[index] = (below[index] ?? 0) + value;
      return below[index];
    }),
  );
}

function optionsFor(place: HTMLElement, { labels, series, formatStep, isWhole, onPoint }: Omit<Props, "description">): uPlot.Options {
  const style = { line: colourOf(place, "--line"), text: colourOf(place, "--faint") };
  const bars = uPlot.paths.bars!({ size: [0.72, 28], radius: 0.12 });
  return {
    width: place.clientWidth,
    height: HEIGHT,
    // The last label reaches beyond its bar.
    padding: [8, 18, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    scales: {
      x: { time: false, range: [-0.6, labels.length - 0.4] },
      // A day without anything still has a scale.
      y: { range: (_, __, max) => [0, max > 0 ? max * 1.05 : 1] },
    },
    axes: [
      {
        stroke: style.text,
        font: FONT,
        grid: { show: false },
        ticks: { show: false },
        size: 24,
        gap: 4,
        splits: (chart) => placesOf(labels.length, chart.width),
        values: (_, places) => places.map((index) => labels[index] ?? ""),
      },
      {
        stroke: style.text,
        font: FONT,
        grid: { stroke: style.line, width: 1 },
        ticks: { show: false },
        space: 30,
        gap: 6,
        ...(isWhole ? { incrs: WHOLE_STEPS } : {}),
        size: (_, values) => 14 + 6.5 * Math.max(1, ...(values ?? []).map(({ length }) => length)),
        values: (_, values) => values.map(formatStep),
      },
    ],
    series: [
      {},
      ...series
        .toReversed()
        .map(({ label, token }) => ({ label, fill: colourOf(place, token), width: 0, paths: bars, points: { show: false } })),
    ],
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
  };
}

const WHOLE_STEPS = [1, 2, 5]
  .flatMap((step) => Array.from({ length: 13 }, (_, power) => step * 10 ** power))
  .sort((one, other) => one - other);

/** As many labels as there is room for, the last place always among them. */
function placesOf(count: number, width: number): number[] {
  const step = Math.max(1, Math.ceil(count / Math.max(2, Math.floor(width / 72))));
  return Array.from({ length: Math.ceil(count / step) }, (_, index) => count - 1 - index * step).reverse();
}

/** What a token is just now: a canvas knows no tokens. */
function colourOf(place: HTMLElement, token: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${token})`;
  place.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
