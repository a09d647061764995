import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Capability } from "@/domain/capability";
import { testApp } from "../support/test-app";

function dataFolder(skills: Record<string, string>): { path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), "everruns-skills-"));
  for (const [file, text] of Object.entries(skills)) {
    mkdirSync(join(path, "skills", file, ".."), { recursive: true });
    writeFileSync(join(path, "skills", file), text);
  }
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

const INVOICES = {
  "invoices/SKILL.md":
    "---\nname: invoices\ndescription: Writes invoices\nlicense: MIT\n---\n\nAlways add the VAT. See reference/rates.md.\n",
  "invoices/reference/rates.md": "19 %",
};

test("a skill tells its description alone, and the rest when it is read", async () => {
  using folder = dataFolder(INVOICES);
  await using app = await testApp({ dataDir: folder.path });
  const { body } = await app.get<Capability>("/v1/capabilities/skill:invoices");
  expect(body).toMatchObject({
    name: "invoices",
    description: "Writes invoices",
    category: "Skills",
    tools: [{ name: "read_skill_invoices" }],
  });
  expect(JSON.stringify(body)).not.toContain("VAT");

  const session = await app.createSession((await app.createAgent({ capabilities: ["skill:invoices"] })).id);
  const call = (path?: string) => ({ call: [{ name: "read_skill_invoices", arguments: path === undefined ? {} : { path } }] });
  const script = [call(), call("reference/rates.md"), call("../../secrets.key"), call("nothing.md"), { text: "done" }];
  const { events } = await app.ask(session, `\`\`\`simulate\n${JSON.stringify(script)}\n\`\`\``);
  const ends = events.filter(({ type }) => type === "tool.completed").map(({ data }) => data.result ?? data.error);
  expect(ends[0]).toEqual({ instructions: "Always add the VAT. See reference/rates.md.", files: ["reference/rates.md"] });
  expect(ends[1]).toEqual({ path: "reference/rates.md", content: "19 %" });
  expect(ends.slice(2)).toEqual([expect.stringContaining("no such file"), expect.stringContaining("no such file")]);
});

test("a link out of the skill's folder leads nowhere", async () => {
  using folder = dataFolder(INVOICES);
  writeFileSync(join(folder.path, "outside.txt"), "secret");
  symlinkSync(join(folder.path, "outside.txt"), join(folder.path, "skills/invoices/link.txt"));
  await using app = await testApp({ dataDir: folder.path });
  const session = await app.createSession((await app.createAgent({ capabilities: ["skill:invoices"] })).id);
  const script = [{ call: [{ name: "read_skill_invoices", arguments: { path: "link.txt" } }] }, { text: "done" }];
  const { events } = await app.ask(session, `\`\`\`simulate\n${JSON.stringify(script)}\n\`\`\``);
  expect(events.find(({ type }) => type === "tool.completed")!.data).toMatchObject({ status: "error", result: null });
});

test.each([
  ["no front matter", { "x/SKILL.md": "hello" }, /front matter/],
  ["no description", { "x/SKILL.md": "---\nname: x\n---\n" }, /description is required/],
  ["a name that is none", { "x/SKILL.md": "---\nname: No Good\ndescription: y\n---\n" }, /name must be/],
  [
    "one name twice",
    { "x/SKILL.md": "---\nname: x\ndescription: y\n---\n", "z/SKILL.md": "---\nname: x\ndescription: y\n---\n" },
    /Two skills/,
  ],
])("skills with %s are a start that is refused", (_, files, words) => {
  using folder = dataFolder(files);
  expect(testApp({ dataDir: folder.path })).rejects.toThrow(words);
});
