import { expect, test } from "bun:test";
import { bookModel, contextApp, pageText, type Sent } from "./context-app";

const resultsIn = ({ messages }: Sent) => messages.filter(({ role }) => role === "tool").map(({ content }) => JSON.parse(content!));

test("a long result is shown as its beginning, read on in parts, and kept whole", async () => {
  await using app = await contextApp();
  const text = pageText(1, 50_000);
  const read: string[] = [];
  await using book = await bookModel(app, (sent) => {
    const last = resultsIn(sent).at(-1)?.result;
    if (last === undefined) return { call: { name: "read_page", arguments: { page: 1, characters: 50_000 } } };
    if (last.text !== undefined) read.push(last.text);
    const offset = last.beginning === undefined ? last.next_offset : last.beginning.length;
    if (last.beginning !== undefined) read.push(last.beginning);
    if (offset === null || read.length > 8) return { text: "Read." };
    const { id } = sent.messages.find(({ tool_calls }) => tool_calls)!.tool_calls![0]!;
    return { call: { name: "read_result", arguments: { tool_call_id: id, offset } } };
  });
  const session = await app.createSession(book.agent.id);
  const { events } = await app.ask(session, "Read the first page.");
  expect(events.at(-1)!.type).toBe("turn.completed");
  expect(read.join("")).toBe(text);
  const [shown] = resultsIn(book.sent[1]!);
  expect(shown.result).toMatchObject({ beginning: text.slice(0, 16_000), total_characters: 50_000 });
  expect(shown.result.note).toContain('read_result {"tool_call_id": "call_1", "offset": 16000}');
  expect(events.find(({ type }) => type === "tool.completed")!.data.result).toBe(text);
  book.expectSound();
});

test("the limit is a setting; another session's results can't be read", async () => {
  await using app = await contextApp({ env: { TOOL_RESULT_MAX_CHARACTERS: "2000" } });
  await using book = await bookModel(app, (_, count) => {
    if (count === 1) return { call: { name: "read_page", arguments: { page: 1, characters: 3000 } } };
    if (count === 3) return { call: { name: "read_result", arguments: { tool_call_id: "call_1" } } };
    return { text: "Done." };
  });
  await app.ask(await app.createSession(book.agent.id), "one");
  expect(resultsIn(book.sent[1]!)[0].result.beginning).toHaveLength(2000);
  await app.ask(await app.createSession(book.agent.id), "two");
  expect(resultsIn(book.sent[3]!)[0].error).toContain("no result with this tool_call_id");
});

test("of a result without end, the log keeps a mebibyte and says so", async () => {
  await using app = await contextApp();
  await using book = await bookModel(app, (_, count) =>
    count === 1 ? { call: { name: "read_page", arguments: { page: 1, characters: 3_000_000 } } } : { text: "Done." },
  );
  const { events } = await app.ask(await app.createSession(book.agent.id), "Read.");
  const result = events.find(({ type }) => type === "tool.completed")!.data.result as { beginning: string; note: string };
  expect(result.beginning).toHaveLength(1024 * 1024);
  expect(result.note).toContain("3000000");
});
