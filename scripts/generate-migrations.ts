/**
 * Writes the next migration from the schema: `bun run db:generate <name>`.
 * drizzle-kit cannot write STRICT, without which SQLite would keep text in a number's column; it is added here. What else it cannot
 * write, such as a trigger, stands in `drizzle/by-hand/<name>.sql` and goes to the end of the migration of that name.
 * Review what it wrote; once released, a migration is never edited.
 */
import { Glob } from "bun";

const name = process.argv[2];
if (!name) {
  console.error("usage: bun run db:generate <name-of-the-migration>");
  process.exit(2);
}

const before = await list();
const kit = Bun.spawnSync(["drizzle-kit", "generate", "--name", name], { stdout: "inherit", stderr: "inherit" });
if (kit.exitCode !== 0) process.exit(kit.exitCode);

for (const path of await list()) {
  if (before.includes(path)) continue;
  const script = await Bun.file(path).text();
  const byHand = Bun.file(`drizzle/by-hand/${name}.sql`);
  const more = (await byHand.exists()) ? `--> statement-breakpoint\n${await byHand.text()}` : "";
  await Bun.write(path, script.replace(/(CREATE TABLE [^;]*\n\));/g, "$1 STRICT;") + more);
}

async function list(): Promise<string[]> {
  return Array.fromAsync(new Glob("drizzle/sqlite/*.sql").scan("."));
}
