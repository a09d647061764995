import { z } from "zod";
import { defineTool, type JsonValue } from "@/agent-loop/tool";
import type { CapabilityDefinition } from "./capability-definition";

const todo = z.object({
  content: z.string().trim().min(1).max(1000).describe("What to do, as an order: Write the tests."),
  activeForm: z.string().trim().min(1).max(1000).describe("The same while it is being done: Writing the tests."),
  status: z.enum(["pending", "in_progress", "completed"]),
});

const writeTodos = defineTool({
  name: "write_todos",
  description: "Write the whole task list, in place of the one before. Exactly one task should be in_progress while others are pending.",
  input: z.object({ todos: z.array(todo).max(200).describe("Every task, also the completed ones.") }),
  effect: "pure",
  run({ todos }): JsonValue {
    const count = (status: z.infer<typeof todo>["status"]) => todos.filter((each) => each.status === status).length;
    const counts = {
      total_tasks: todos.length,
      pending: count("pending"),
      in_progress: count("in_progress"),
      completed: count("completed"),
    };
    const warning = warningFor(counts.pending, counts.in_progress);
    return { ...counts, todos, ...(warning && { warning }) };
  },
});

export const taskList: CapabilityDefinition = {
  id: "stateless_todo_list",
  name: "Task Management",
  description: "Lets the agent keep a list of tasks for work that takes several steps. The list lives in the conversation.",
  status: "available",
  icon: "list-checks",
  category: "Productivity",
  prompt: [
    "For work of three or more steps, keep a task list with write_todos; for less, just do the work.",
    "Write the list before you begin. Keep exactly one task in_progress, mark it completed as soon as it is done, then start the next.",
    "Each call replaces the list, so send every task every time.",
  ].join("\n"),
  tools: [writeTodos],
};

function warningFor(pending: number, inProgress: number): string | undefined {
  if (pending === 0 || inProgress === 1) return undefined;
  if (inProgress === 0) return "No task is in_progress. Mark the one that you work on.";
  return `${inProgress} tasks are in_progress. Work on one at a time: leave one in_progress and set the others to pending.`;
}
