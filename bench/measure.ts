/** The value below which the share `part` of the numbers lies, rounded to hundredths. */
export function quantile(numbers: readonly number[], part: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN);
}

export const median = (numbers: readonly number[]): number => quantile(numbers, 0.5);

export const round = (value: number): number => Math.round(value * 100) / 100;

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/** Resident memory of a process, in MB. */
export function residentMb(pid: number): number {
  const { stdout } = Bun.spawnSync(["ps", "-o", "rss=", "-p", String(pid)]);
  return Math.round(Number(stdout.toString().trim()) / 1024);
}
