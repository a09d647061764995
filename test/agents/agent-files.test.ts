import { expect, test } from "bun:test";
import type { Agent } from "@/domain/agent";
import { testApp } from "../support/test-app";

test("an exported agent is imported as what it was", async () => {
  await using app = await testApp();
  const [model] = (await app.get<{ id: string }[]>("/v1/llm-models")).body;
  const fields = {
    name: 'Écrivain: the "first"',
    description: "two\nlines",
    system_prompt: "# Write\n\n---\nnot the end\n---\n\n  indented, and a line at the end\n",
    default_model_id: model!.id,
    capabilities: ["test_math", "current_time"],
    tags: ["a: b", "yes"],
  };
  const agent = await app.createAgent(fields);
  const { body: markdown, headers } = await app.get<string>(`/v1/agents/${agent.id}/export`);
  expect(headers.get("content-type")).toBe("text/markdown;charset=utf-8");
  expect(headers.get("content-disposition")).toBe('attachment; filename="crivain-the-first.md"');
  expect(markdown).toStartWith("---\nname: ");

  const copy = await app.post<Agent>("/v1/agent-files", { markdown });
  expect(copy.status).toBe(201);
  expect(copy.body.id).not.toBe(agent.id);
  expect(copy.body).toMatchObject(fields);
  const again = await app.post<Agent>("/v1/agent-files", { markdown: markdown.replace("# Write", "# Rewrite"), agent_id: agent.id });
  expect(again.body).toMatchObject({ id: agent.id, version: 2, name: fields.name });
});

test("a file of another tool is read as far as it is ours", async () => {
  await using app = await testApp();
  const { body } = await app.post<Agent>("/v1/agent-files", {
    markdown: "---\r\nname: reviewer\r\ndescription: Reviews code\r\ntools: Read, Grep\r\ncolor: red\r\n---\r\nYou review code.\r\n",
  });
  expect(body).toMatchObject({ name: "reviewer", description: "Reviews code", system_prompt: "You review code.", capabilities: [] });
});

test.each([
  ["no front matter", "You are helpful", "must begin with YAML front matter"],
  ["front matter that does not end", "---\nname: x\n", "must begin with YAML front matter"],
  ["front matter that is not YAML", "---\nname: [\n---\nx", "not YAML"],
  ["a list for front matter", "---\n- x\n---\nx", "there are no fields"],
  ["no name", "---\ndescription: canary7\n---\nx", "name is required"],
  ["a capability that is not there", "---\nname: x\ncapabilities: [canary7]\n---\nx", "capabilities must be among"],
  ["a model that is not there", "---\nname: x\nmodel: canary7/y\n---\nx", "names a model that is not here"],
  [
    "aliases without end",
    `---\nname: x\na: &a [x]\n${Array.from({ length: 30 }, (_, index) => `k${index}: [*a, *a]`).join("\n")}\n---\nx`,
    "not YAML",
  ],
])("%s is refused in words", async (_, markdown, words) => {
  await using app = await testApp();
  const { status, body } = await app.post<{ error: string }>("/v1/agent-files", { markdown });
  expect([status, body.error]).toEqual([400, expect.stringContaining(words)]);
  expect(body.error).not.toContain("canary7");
});
