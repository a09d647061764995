import { expect, test } from "bun:test";
import fc from "fast-check";
import { nextStep } from "@/agent-loop/next-step";
import { isWaiting } from "@/agent-loop/open-calls";
import type { EventDraft } from "@/domain/event";
import { type Outcome, type Plan, playTurn } from "./simulated-turn";

const RUNS = { numRuns: 400 };

const call = fc.record({ name: fc.constantFrom("pay", "read", "book", "save", "sign", "remote", "unknown"), ticks: fc.nat(6) });
const moment = fc.integer({ min: 1, max: 30 });
const sorted = (moments: number[]) => moments.toSorted((a, b) => a - b);

const quietPlan = fc.record({
  rounds: fc.array(fc.array(call, { minLength: 1, maxLength: 4 }), { maxLength: 5 }),
  failures: fc.uniqueArray(fc.nat(5), { maxLength: 2 }),
  steeredAt: fc.constant<number[]>([]),
  cancelledAt: fc.constant<number | null>(null),
  answeredAt: fc.constant<number[]>([]),
  deaths: fc.constant<Plan["deaths"]>([]),
  stops: fc.constant<number[]>([]),
  outages: fc.constant<Plan["outages"]>([]),
  maxModelCalls: fc.integer({ min: 1, max: 12 }),
  maxAttempts: fc.constant(1000),
  window: fc.option(fc.integer({ min: 400, max: 2000 })),
  realWindow: fc.constant<number | null>(null),
}) satisfies fc.Arbitrary<Plan>;

const deathsAnywhere = fc
  .array(fc.record({ at: moment, isCommitted: fc.boolean() }), { maxLength: 6 })
  .map((deaths) => deaths.toSorted((a, b) => a.at - b.at));

const outages = fc.uniqueArray(fc.record({ model: fc.nat(2), fromRound: fc.nat(4), isRefusal: fc.boolean() }), {
  selector: ({ model }) => model,
  maxLength: 3,
});

/** No single death uses up all tries of a model, so that what comes in the end is the same with it and without. */
const troubledPlan = fc
  .tuple(quietPlan, outages, fc.integer({ min: 3, max: 4 }))
  .map(([plan, outages, maxAttempts]): Plan => ({ ...plan, outages, maxAttempts }));

const stormyPlan = fc
  .tuple(
    quietPlan,
    deathsAnywhere,
    fc.array(moment, { maxLength: 4 }).map(sorted),
    fc.option(moment),
    fc.array(moment, { maxLength: 6 }).map(sorted),
    fc.array(moment, { maxLength: 3 }).map(sorted),
  )
  .map(
    ([plan, deaths, steeredAt, cancelledAt, answeredAt, stops]): Plan => ({ ...plan, deaths, steeredAt, cancelledAt, answeredAt, stops }),
  );

const worstPlan = fc
  .tuple(stormyPlan, outages, fc.integer({ min: 1, max: 4 }))
  .map(([plan, outages, maxAttempts]): Plan => ({ ...plan, outages, maxAttempts }));

const longCall = fc.record({ name: fc.constantFrom("read" as const, "save" as const), ticks: fc.integer({ min: 2, max: 6 }) });

/** Long results in small windows, smaller than anyone says now and then. */
const longPlan = fc
  .tuple(
    stormyPlan,
    fc.array(fc.array(longCall, { minLength: 1, maxLength: 3 }), { minLength: 5, maxLength: 9 }),
    fc.integer({ min: 700, max: 1500 }),
    fc.option(fc.integer({ min: 500, max: 1500 })),
  )
  .map(
    ([plan, rounds, window, realWindow]): Plan => ({
      ...plan,
      rounds,
      window,
      realWindow,
      deaths: plan.deaths.slice(0, 2),
      maxModelCalls: 12,
    }),
  );

const typesIn = (log: readonly EventDraft[]) => log.map(({ type }) => type);
const count = <T>(items: readonly T[], item: T) => items.filter((each) => each === item).length;
const wordsOf = ({ log }: Outcome) => log.findLast(({ type }) => type === "message.assistant")!.data;

function endOf({ log }: Outcome): EventDraft {
  const { sequence: _, ...end } = log.at(-1)!;
  return end as EventDraft;
}

/** The ids that each kind of event names, in order. */
function callsIn(log: readonly EventDraft[]) {
  const asked = log.flatMap((event) =>
    event.type === "message.assistant" ? event.data.content.flatMap((part) => (part.type === "tool_call" ? [part.id] : [])) : [],
  );
  const started = log.flatMap((event) => (event.type === "tool.started" ? [event.data.tool_call_id] : []));
  const completed = log.flatMap((event) => (event.type === "tool.completed" ? [event.data.tool_call_id] : []));
  const answered = log.flatMap((event) => (event.type === "message.tool_result" ? [event.data.tool_call_id!] : []));
  return { asked: asked.sort(), started: started.sort(), completed: completed.sort(), answered: answered.sort() };
}

function expectSound({ log, payments, saves, complaints }: Outcome): void {
  const { asked, started, completed, answered } = callsIn(log);
  expect(complaints).toEqual([]);
  expect(completed).toEqual(asked);
  expect(answered).toEqual(asked);
  expect(new Set(started).size).toBe(started.length);
  for (const [key, times] of payments) expect(`${key} ${times}`).toBe(`${key} 1`);
  const saved = log.flatMap((event) =>
    event.type === "tool.completed" && event.data.name === "save" && event.data.status === "ok" ? [`t/${event.data.tool_call_id}`] : [],
  );
  expect([...saves].toSorted()).toEqual(saved.map((key): [string, number] => [key, 1]).toSorted());
  for (const event of log) {
    if (event.type !== "tool.completed" || !["pay", "sign"].includes(event.data.name)) continue;
    const isPaid = payments.has(`t/${event.data.tool_call_id}`);
    if (event.data.status === "ok") expect(isPaid).toBe(true);
    if (isPaid) expect(["ok", "interrupted"]).toContain(event.data.status);
  }
  expectEachDecisionHeld({ log, payments });
  expect(typesIn(log).filter((type) => ["turn.completed", "turn.failed", "turn.cancelled"].includes(type))).toHaveLength(1);
  expect(count(typesIn(log), "turn.started")).toBe(1);
}

/** Whoever was asked has been answered to once, and only what a person approved, as they approved it, took effect. */
function expectEachDecisionHeld({ log, payments }: Pick<Outcome, "log" | "payments">): void {
  const requested = log.flatMap((event) => (event.type === "approval.requested" ? [event.data.approval_id] : []));
  const resolved = log.flatMap((event) => (event.type === "approval.resolved" ? [event.data] : []));
  expect(resolved.map(({ approval_id }) => approval_id).sort()).toEqual(requested.sort());
  for (const event of log) {
    if (event.type !== "tool.started" || event.data.name !== "sign") continue;
    const verdict = resolved.find(({ tool_call_id }) => tool_call_id === event.data.tool_call_id);
    expect(verdict?.decision).toBe("approve");
    expect(event.data.arguments).toEqual(verdict!.changed_arguments ?? verdict!.arguments);
  }
  for (const { decision, tool_call_id } of resolved) if (decision !== "approve") expect(payments.has(`t/${tool_call_id}`)).toBe(false);
}

test("wherever a turn is cut short or handed over, and however often, it ends once, answers every call and pays nothing twice", async () => {
  await fc.assert(
    fc.asyncProperty(stormyPlan, async (plan) => {
      const outcome = await playTurn(plan);
      expectSound(outcome);
      const end = endOf(outcome);
      if (plan.cancelledAt === null) expect(end.type).not.toBe("turn.cancelled");
      if (end.type === "turn.failed") expect(end.data.code).toBe("crash_loop");
      if (end.type === "turn.failed") expect(plan.deaths.length).toBeGreaterThanOrEqual(3);
    }),
    RUNS,
  );
});

test("it does so too where models stop answering, and fails only for what the last of them failed with", async () => {
  await fc.assert(
    fc.asyncProperty(worstPlan, async (plan) => {
      const outcome = await playTurn(plan);
      expectSound(outcome);
      const end = endOf(outcome);
      if (end.type === "turn.failed") expect(["crash_loop", "unreachable", "invalid_api_key", "overloaded"]).toContain(end.data.code);
      if (plan.outages.length === 0 && end.type === "turn.failed" && end.data.code !== "crash_loop")
        expect(plan.maxAttempts - plan.deaths.length).toBeLessThanOrEqual(1);
    }),
    RUNS,
  );
});

test("a turn goes from model to model in their order, as its log says, and never back", async () => {
  await fc.assert(
    fc.asyncProperty(worstPlan, async (plan) => {
      const { log } = await playTurn(plan);
      let answering = "m0";
      let tries = 0;
      let crashes = 0;
      for (const event of log) {
        if (event.type === "turn.resumed") crashes++;
        if (event.type === "message.assistant") tries = 0;
        if (event.type === "model.started") {
          expect(event.data.model).toBe(answering);
          expect(++tries).toBeLessThanOrEqual(plan.maxAttempts + crashes);
        }
        if (event.type !== "model.retrying" || !event.data.fallback) continue;
        expect(event.data.delay_ms).toBe(0);
        expect(event.data.fallback.model).toBe(`m${Number(answering.slice(1)) + 1}`);
        answering = event.data.fallback.model;
        tries = 0;
      }
    }),
    RUNS,
  );
});

test("cut at every commit in turn, before it and after it, it comes to the end that it has without a cut", async () => {
  await fc.assert(
    fc.asyncProperty(troubledPlan, async (plan) => {
      const whole = await playTurn(plan);
      expectSound(whole);
      for (let at = 1; at <= whole.commits.length; at++) {
        for (const isCommitted of [false, true]) {
          const cut = await playTurn({ ...plan, deaths: [{ at, isCommitted }] });
          expectSound(cut);
          const { usage: _, ...words } = wordsOf(whole) as { usage?: unknown };
          expect(wordsOf(cut)).toMatchObject(words);
          // What a call that was cut short says of itself is read by the model too, and counted.
          const any = { duration_ms: expect.any(Number), usage: expect.anything() };
          expect(endOf(cut)).toEqual({ ...endOf(whole), data: { ...endOf(whole).data, ...any } } as EventDraft);
          expect(callsIn(cut.log).asked).toEqual(callsIn(whole.log).asked);
        }
      }
    }),
    { numRuns: 50 },
  );
}, 30_000);

test("any beginning of any log, with all that came between, goes on to one end, the same each time, with the model that it names", async () => {
  await fc.assert(
    fc.asyncProperty(worstPlan, async (plan) => {
      const { log, commits } = await playTurn(plan);
      const undisturbed = { ...plan, deaths: [], stops: [], steeredAt: [], answeredAt: [], cancelledAt: null };
      for (const length of commits.slice(0, -1)) {
        const beginning = log.slice(0, length);
        const [one, other] = [await playTurn(undisturbed, beginning), await playTurn(undisturbed, beginning)];
        const { asked, completed, answered } = callsIn(one.log);
        expect([completed, answered, one.complaints]).toEqual([asked, asked, []]);
        expect(typesIn(one.log).filter((type) => /^turn\.(completed|failed|cancelled)$/.test(type))).toHaveLength(1);
        expect(typesIn(other.log)).toEqual(typesIn(one.log));
        const named = beginning.findLast((event) => event.type === "model.retrying" && event.data.fallback)?.data as Fallen | undefined;
        const next = one.log.slice(length).find(({ type }) => type === "model.started");
        if (next) expect(next.data).toMatchObject({ model: named?.fallback.model ?? "m0" });
      }
    }),
    { numRuns: 100 },
  );
}, 30_000);

type Fallen = { fallback: { model: string } };

test("a turn in a window that is too small for it compacts what it has, as its log says, and never twice the same", async () => {
  let compactions = 0;
  await fc.assert(
    fc.asyncProperty(longPlan, async (plan) => {
      const outcome = await playTurn(plan);
      expectSound(outcome);
      let last = 0;
      for (const event of outcome.log) {
        if (event.type !== "context.compacted") continue;
        compactions++;
        expect(event.data.to_sequence).toBeGreaterThan(last);
        expect(event.data.to_sequence).toBeLessThan(event.sequence!);
        expect(event.data.tokens_after).toBeLessThan(event.data.tokens_before);
        last = event.data.to_sequence;
      }
      if (plan.realWindow === null) expect(["turn.completed", "turn.cancelled"]).toContain(endOf(outcome).type);
    }),
    RUNS,
  );
  expect(compactions).toBeGreaterThan(RUNS.numRuns / 4);
});

test("cut at every commit, a turn that compacts what it has compacts the same and comes to the same end", async () => {
  const sizes = ({ log }: Outcome) =>
    log.flatMap((event) => (event.type === "context.compacted" ? [[event.data.tokens_before, event.data.tokens_after]] : []));
  await fc.assert(
    fc.asyncProperty(longPlan, async (stormy) => {
      const plan: Plan = { ...stormy, deaths: [], stops: [], steeredAt: [], cancelledAt: null, failures: [] };
      const whole = await playTurn(plan);
      for (let at = 1; at <= whole.commits.length; at++) {
        for (const isCommitted of [false, true]) {
          const cut = await playTurn({ ...plan, deaths: [{ at, isCommitted }] });
          expectSound(cut);
          expect(sizes(cut)).toEqual(sizes(whole));
          expect(endOf(cut)).toEqual({ ...endOf(whole), data: { ...endOf(whole).data, duration_ms: expect.any(Number) } } as EventDraft);
        }
      }
    }),
    { numRuns: 25 },
  );
}, 30_000);

test("what is said while a turn runs is read before it ends", async () => {
  await fc.assert(
    fc.asyncProperty(stormyPlan, async (stormy) => {
      const { log } = await playTurn({ ...stormy, cancelledAt: null, maxModelCalls: 100 });
      if (log.at(-1)!.type !== "turn.completed") return;
      const types = typesIn(log);
      expect(types.lastIndexOf("message.user")).toBeLessThan(types.lastIndexOf("model.started"));
    }),
    RUNS,
  );
});

test("the next step is known for any beginning of a log, and is always the same", async () => {
  await fc.assert(
    fc.asyncProperty(stormyPlan, async (plan) => {
      const { log } = await playTurn(plan);
      for (let length = 0; length <= log.length; length++) {
        const known = log.slice(0, length);
        const step = nextStep(known, plan);
        expect(nextStep(structuredClone(known), plan)).toEqual(step);
        if (step.kind === "run_tools" || step.kind === "ask") expect(step.calls.length).toBeGreaterThan(0);
        if (step.kind === "wait") expect(isWaiting(known)).toBe(true);
      }
    }),
    RUNS,
  );
});

test("a turn that is given up in the middle of its tools answers the calls that it leaves open", async () => {
  const rounds: Plan["rounds"] = [
    [
      { name: "pay", ticks: 1 },
      { name: "unknown", ticks: 0 },
    ],
  ];
  // The second commit holds the answer with its calls; nothing is kept after it.
  const deaths = [2, 3, 4].map((at) => ({ at, isCommitted: at === 2 }));
  const outcome = await playTurn({
    rounds,
    failures: [],
    steeredAt: [],
    cancelledAt: null,
    answeredAt: [],
    deaths,
    stops: [],
    outages: [],
    maxModelCalls: 10,
    maxAttempts: 4,
    window: null,
    realWindow: null,
  });
  expect(endOf(outcome)).toMatchObject({ type: "turn.failed", data: { code: "crash_loop" } });
  expect(outcome.payments.size).toBe(0);
  expectSound(outcome);
});
