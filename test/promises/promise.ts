/** What a measurement found: figures to publish, and in words what was not as promised. */
export type Finding = { figures: [name: string, figure: number | string][]; complaints: string[] };

/** `isQuick` does everything a few times only, for a look at whether it works. */
export type Measure = (scale: { isQuick: boolean }) => Promise<Finding>;

export const round = (value: number): number => Math.round(value * 100) / 100;

/** One complaint when a figure is not below its gate. */
export const above = (name: string, figure: number, gate: number, unit: string): string[] =>
  figure < gate ? [] : [`${name}: ${round(figure)} ${unit}, promised are less than ${gate} ${unit}`];

export async function until(isTrue: () => boolean | Promise<boolean>, longestMs = 20_000): Promise<void> {
  const end = Date.now() + longestMs;
  while (!(await isTrue())) {
    if (Date.now() > end) throw new Error(`it did not happen within ${longestMs} ms`);
    await Bun.sleep(5);
  }
}
