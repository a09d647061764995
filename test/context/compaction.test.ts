import { expect, test } from "bun:test";
import type { Session } from "@/domain/session";
import { endsTurn } from "../support/client";
import { refuseWith } from "../support/openai-words";
import { bookModel, compactionsIn, contextApp, isSummary, pageText, readPage, type Sent, script, smallModelSession } from "./context-app";

const WINDOW = 4000;
const userWords = ({ messages }: Sent) => messages.filter(({ role }) => role === "user").map(({ content }) => content!);
const sizeOf = (sent: Sent) => JSON.stringify(sent.messages).length / 4;

test("one turn that reads more than fits goes on from a summary, does each of its steps once, and keeps all of it", async () => {
  await using app = await contextApp();
  const session = await smallModelSession(app, WINDOW);
  const pages = [1, 2, 3, 4, 5, 6, 7, 8];
  const { events, message } = await app.ask(session, script(...pages.map((page) => readPage(page, 3500)), { text: "All read." }));

  expect(events.at(-1)).toMatchObject({ type: "turn.completed" });
  const read = events.filter(({ type }) => type === "tool.started").map(({ data }) => (data.arguments as { page: number }).page);
  expect(read).toEqual(pages);
  const compactions = compactionsIn(events);
  expect(compactions.length).toBeGreaterThanOrEqual(2);
  for (const { turn_id, model, tokens_before, tokens_after, from_sequence, to_sequence, summary } of compactions) {
    expect([turn_id, model]).toEqual([message.turn_id, "simulated-1"]);
    expect(tokens_before).toBeGreaterThan(WINDOW * 0.8);
    expect(tokens_after).toBeLessThan(tokens_before);
    expect(from_sequence).toBeLessThan(to_sequence);
    expect(summary).toContain("Simulated summary");
  }

  const kept = await app.messages(session);
  const results = kept.flatMap(({ content }) => content.flatMap((part) => (part.type === "tool_result" ? [part.result] : [])));
  expect(results).toEqual(pages.map((page) => pageText(page, 3500)));
  const counted = events.filter(({ type }) => type === "model.completed" || type === "context.compacted");
  const sum = counted.reduce((tokens, { data }) => tokens + (data.usage as { input_tokens: number }).input_tokens, 0);
  expect((events.at(-1)!.data.usage as { input_tokens: number }).input_tokens).toBe(sum);
  const usage = (await app.get<{ items: { model_calls: number }[] }>("/v1/usage?group_by=model")).body.items;
  expect(usage.reduce((calls, { model_calls }) => calls + model_calls, 0)).toBe(counted.length);
});

test("a model that can read everything is shown everything", async () => {
  await using app = await contextApp();
  const session = await smallModelSession(app, 100_000);
  const { events } = await app.ask(session, script(readPage(1, 9000), readPage(2, 9000), { text: "Read." }));
  expect(compactionsIn(events)).toEqual([]);
});

test("what is sent holds the instructions, the first message, the summary, the last results and the question, word for word", async () => {
  await using app = await contextApp();
  await using book = await bookModel(
    app,
    (sent) => (isSummary(sent) ? { text: "SUMMARY OF EVENTS" } : { text: `Chapter of ${"words ".repeat(200)}` }),
    { context_window: 2000 },
  );
  const session = await app.createSession(book.agent.id);
  const questions = ["Goal: retell the book.", ...Array.from({ length: 7 }, (_, index) => `Question ${index + 2}`)];
  for (const question of questions) expect((await app.ask(session, question)).events.at(-1)!.type).toBe("turn.completed");

  const calls = book.sent.filter((sent) => !isSummary(sent));
  const summaries = book.sent.filter(isSummary);
  expect(summaries.length).toBeGreaterThanOrEqual(1);
  const last = calls.at(-1)!;
  expect(last.messages[0]).toMatchObject({ role: "system", content: expect.stringContaining("You have a library.") });
  expect(userWords(last)[0]).toBe(questions[0]!);
  expect(userWords(last)[1]).toContain("SUMMARY OF EVENTS");
  expect(userWords(last).at(-1)).toBe(questions.at(-1)!);
  for (const call of calls) expect(sizeOf(call)).toBeLessThan(2000);
  for (const { tools, messages } of summaries) {
    expect(tools).toBeUndefined();
    expect(messages).toHaveLength(2);
  }
  // A second summary is made of the first one and what came since.
  if (summaries.length > 1) expect(summaries.at(-1)!.messages[1]!.content).toContain("SUMMARY OF EVENTS");
  book.expectSound();
  expect((await app.messages(session)).filter(({ role }) => role === "user")).toHaveLength(questions.length);
});

test("a provider that says too long is asked again after a compaction, once, and what helps nothing fails in words", async () => {
  await using app = await contextApp();
  let most = 1500;
  await using book = await bookModel(app, (sent) => {
    if (sizeOf(sent) > most) return refuseWith(400, { code: "context_length_exceeded", message: "maximum context length is short" });
    return isSummary(sent) ? { text: "SHORT" } : { text: "words ".repeat(300) };
  });
  const session = await app.createSession(book.agent.id);
  for (const question of ["one", "two", "three", "four"]) await app.ask(session, question);
  const { events } = await app.ask(session, "five");
  const steps = events.filter(({ type }) => /^(model\.(started|retrying)|context\.compacted)$/.test(type)).map(({ type }) => type);
  expect(steps.join(" ")).toContain("model.started model.retrying context.compacted model.started");
  expect(events.find(({ type }) => type === "model.retrying")!.data).toMatchObject({ code: "context_too_long", fallback: null });
  expect(events.filter(({ type }) => type === "turn.completed")).toHaveLength(5);

  most = 10;
  const failed = (await app.ask(session, "six")).events.at(-1)!;
  expect(failed).toMatchObject({ type: "turn.failed", data: { code: "context_too_long" } });
  most = 10_000;
  expect((await app.ask(session, "seven")).events.at(-1)!.type).toBe("turn.completed");
  book.expectSound();
});

test("a summary that fails is asked for again; one that no model can write is replaced by a list, and the turn goes on", async () => {
  await using app = await contextApp();
  let refusal: Response | null = null;
  let refusals = 0;
  await using book = await bookModel(
    app,
    (sent) => {
      if (!isSummary(sent)) return { text: "words ".repeat(350) };
      if (refusals++ > 0 && !refusal) return { text: "SUMMARY" };
      return refusal?.clone() ?? refuseWith(503);
    },
    { context_window: 1500 },
  );
  const session = await app.createSession(book.agent.id);
  for (const question of ["one", "two", "three"]) await app.ask(session, question);
  const first = await app.ask(session, "four");
  const retry = first.events.find(({ type }) => type === "model.retrying")!;
  expect(retry.data).toMatchObject({ code: "provider_error", compacting: true, fallback: null });
  expect(compactionsIn(first.events)[0]).toMatchObject({ model: "Book-1", summary: "SUMMARY" });

  refusal = refuseWith(400, { message: "this is not allowed here" });
  for (const question of ["five", "six", "seven"]) {
    const { events } = await app.ask(session, question);
    expect(events.at(-1)!.type).toBe("turn.completed");
  }
  const { events } = await app.ask(session, "eight");
  const listed = compactionsIn(events).find(({ model }) => model === null)!;
  expect(listed.summary).toContain("The user said: ");
  expect(listed.usage.input_tokens).toBe(0);
});

test("a restart goes on from the compaction in the log: nothing is summarised twice, and the same is sent", async () => {
  const app = await contextApp();
  const session = await smallModelSession(app, WINDOW);
  const pages = [1, 2, 3, 4].map((page) => readPage(page, 3500));
  const { turn_id } = await app.say(session, script(...pages, { hang: true }, { text: "never" }));
  await app.follow(session, ({ type, data }) => type === "model.started" && data.step === 5);
  const before = await app.follow(session, ({ type, data }) => type === "model.started" && data.step === 5);
  expect(compactionsIn(before).length).toBeGreaterThan(0);
  await app.stop();

  await using later = await contextApp({ dataDir: app.dataDir });
  await later.follow(session, ({ type }) => type === "turn.resumed");
  await later.post(`${session.path}/turns/${turn_id}/cancel`, {});
  const events = await later.follow(session, endsTurn(turn_id));
  expect(events.filter(({ type }) => type === "tool.started")).toHaveLength(4);
  expect(compactionsIn(events)).toEqual(compactionsIn(before));
  const next = await later.ask(session, script({ text: "Still here." }));
  expect((await later.messages(session)).at(-1)!.content).toEqual([{ type: "text", text: "Still here." }]);
  expect(next.message.turn_id).not.toBe(turn_id);
});

test("a turn can be cancelled while its conversation is summarised", async () => {
  await using app = await contextApp();
  const asked = Promise.withResolvers<void>();
  await using book = await bookModel(
    app,
    (sent) => {
      if (!isSummary(sent)) return { text: "words ".repeat(350) };
      asked.resolve();
      return new Response(new ReadableStream(), { headers: { "content-type": "text/event-stream" } });
    },
    { context_window: 2000 },
  );
  const session = await app.createSession(book.agent.id);
  for (const question of ["one", "two", "three"]) await app.ask(session, question);
  const { turn_id } = await app.say(session, "four");
  await asked.promise;
  await app.post(`${session.path}/turns/${turn_id}/cancel`, {});
  expect((await app.follow(session, endsTurn(turn_id))).at(-1)!.type).toBe("turn.cancelled");
});

test("forks from before and after a compaction go on, each with what it has", async () => {
  await using app = await contextApp();
  await using book = await bookModel(app, (sent) => (isSummary(sent) ? { text: "SUMMARY" } : { text: "words ".repeat(350) }), {
    context_window: 1500,
  });
  const session = await app.createSession(book.agent.id);
  for (const question of ["The goal", "two", "three"]) await app.ask(session, question);
  const { events } = await app.ask(session, "four");
  const at = events.find(({ type }) => type === "context.compacted")!.id!;

  const fork = async (body: object) => (await app.post<Session>(`${session.path}/fork`, body)).body;
  const of = ({ id, agent_id }: Session) => ({ path: `/v1/agents/${agent_id}/sessions/${id}` });
  const early = of(await fork({ after_sequence: at - 2 }));
  const late = of(await fork({}));

  const said = async (path: { path: string }, question: string) => {
    const from = book.sent.length;
    expect((await app.ask(path, question)).events.at(-1)!.type).toBe("turn.completed");
    return book.sent.slice(from);
  };
  const inLate = (await said(late, "five")).find((sent) => !isSummary(sent))!;
  expect(userWords(inLate)[0]).toBe("The goal");
  expect(userWords(inLate)[1]).toContain("SUMMARY");
  expect(userWords(inLate).at(-1)).toBe("five");
  expect((await said(early, "other")).some(isSummary)).toBe(true);
  book.expectSound();
});
