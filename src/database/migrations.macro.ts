import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Runs while the executable is bundled; what it returns stands in the bundle as a literal. */
export function readMigrations() {
  const folder = join(import.meta.dir, "../../drizzle/sqlite");
  const journal = JSON.parse(readFileSync(join(folder, "meta/_journal.json"), "utf8")) as { entries: { tag: string }[] };
  return journal.entries.map(({ tag }) => {
    const script = readFileSync(join(folder, `${tag}.sql`), "utf8");
    const statements = script.split("--> statement-breakpoint").map((statement) => statement.trim());
    return {
      name: tag,
      hash: createHash("sha256").update(script).digest("hex"),
      statements: statements.filter((statement) => statement !== ""),
    };
  });
}
