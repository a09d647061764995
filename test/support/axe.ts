import { readFileSync } from "node:fs";
import type { AxeResults } from "axe-core";
import type { BrowserContextOptions, Page } from "playwright-core";

const AXE = readFileSync(Bun.resolveSync("axe-core/axe.min.js", import.meta.dir), "utf8");

/** What a person who can't see or point would stumble over, by day and by night; only what axe calls serious or worse. */
export async function findingsOf(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const findings: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    // The page is painted anew in these colours before it is looked at.
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    const { violations } = (await page.evaluate("axe.run({ resultTypes: ['violations'] })")) as AxeResults;
    const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
    findings.push(
      ...grave.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${colorScheme} ${id}: ${target.join(" ")} ${failureSummary}`),
      ),
    );
  }
  return findings;
}

export const SIZES: Record<string, BrowserContextOptions> = {
  "at a desk": {},
  "on a phone": { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
};

/** Whether the page can be pushed sideways, which on a phone it must not. */
export const isTooWide = (page: Page): Promise<boolean> =>
  page.evaluate(
    () =>
      document.documentElement.scrollWidth > innerWidth ||
      [...document.querySelectorAll("main > *")].some(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + 1),
  );
