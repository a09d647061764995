import { expect, test } from "bun:test";
import { endsTurn } from "../support/client";
import { bookModel, contextApp } from "./context-app";

/** All of a request up to the end of a list of messages, as text. */
const upTo = (text: string) => text.slice(0, text.indexOf('],"tools"'));
const toolsOf = (text: string) => text.slice(text.indexOf('"tools"'));

test("every call of a session sends the same tools and instructions, and all that the call before it sent, byte for byte", async () => {
  const app = await contextApp();
  await using book = await bookModel(app, (_, count) =>
    count % 3 > 0 ? { call: { name: "read_page", arguments: { page: count, characters: 20_000 } } } : { text: "Read." },
  );
  await app.call("PUT", `/v1/agents/${book.agent.id}/capabilities`, {
    capabilities: ["current_time", "library", "file_system", "stateless_todo_list", "research"],
  });
  const session = await app.createSession(book.agent.id);
  await app.ask(session, "one");
  await app.ask(session, "two");
  await app.stop();
  await using later = await contextApp({ dataDir: app.dataDir });
  const { message } = await later.ask(session, "three");
  await later.follow(session, endsTurn(message.turn_id));

  expect(book.texts).toHaveLength(9);
  for (const [index, text] of book.texts.entries()) {
    expect(toolsOf(text)).toBe(toolsOf(book.texts[0]!));
    if (index > 0) expect(text.startsWith(upTo(book.texts[index - 1]!))).toBe(true);
  }
  expect(book.sent[0]!.tools!.at(-1)!.function.name).toBe("read_result");
});

test("what the provider read from its cache is told with each call and each turn", async () => {
  await using app = await contextApp();
  await using book = await bookModel(app, (_, count) =>
    count === 1 ? { call: { name: "read_page", arguments: { page: 1, characters: 100 } } } : { text: "Read." },
  );
  const { events } = await app.ask(await app.createSession(book.agent.id), "one");
  const usages = events.flatMap(({ type, data }) => (type === "model.completed" ? [data.usage as { cache_read_tokens: number }] : []));
  expect(usages.map(({ cache_read_tokens }) => cache_read_tokens)).toEqual([0, 100]);
  expect(events.at(-1)!.data.usage).toMatchObject({ cache_read_tokens: 100 });
});
