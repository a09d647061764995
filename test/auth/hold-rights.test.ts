import { expect, test } from "bun:test";
import { createHoldRights } from "@/auth/hold-rights";
import { createRights } from "@/auth/rights";
import { type Actor, LOCAL_ACTOR, LOCAL_USER } from "@/domain/user";
import { AppError } from "@/platform/app-error";
import { systemClock } from "@/platform/clock";

const actor: Actor = { user: LOCAL_USER, isAdmin: false, credential: { kind: "api_key", id: "key", scopes: ["*"], expiresAt: null } };

function holder() {
  const state = { isWelcome: true, looked: 0 };
  const renewActor = async (asked: Actor) => {
    state.looked++;
    if (!state.isWelcome) throw new AppError("unauthorized", "Not any more");
    return asked;
  };
  const rights = createRights();
  return { state, rights, holdRights: createHoldRights({ rights, clock: systemClock, renewActor, checkEveryMs: 5 }) };
}

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => (signal.aborted ? resolve() : signal.addEventListener("abort", () => resolve(), { once: true })));

test("a right that was taken where nobody tells of it is missed soon", async () => {
  const { state, holdRights } = holder();
  const held = holdRights(actor, async () => {});
  state.isWelcome = false;
  await aborted(held.lost);
  held.release();
});

test("what is opened while the right is being taken is closed at once", async () => {
  const { state, holdRights } = holder();
  state.isWelcome = false;
  await aborted(holdRights(actor, async () => {}).lost);
});

test("so it is when the person may stay, but not here", async () => {
  const { rights, holdRights } = holder();
  let isTheirs = true;
  const held = holdRights(actor, async () => {
    if (!isTheirs) throw new AppError("not_found", "Session not found");
  });
  isTheirs = false;
  rights.changed(actor.user.id);
  await aborted(held.lost);
  held.release();
});

test("after its release nothing looks any more, and in mode none nothing ever does", async () => {
  const { state, rights, holdRights } = holder();
  holdRights(actor, async () => {}).release();
  holdRights(LOCAL_ACTOR, async () => {});
  await Bun.sleep(0);
  const { looked } = state;
  rights.changed(actor.user.id);
  await Bun.sleep(20);
  expect([looked, state.looked]).toEqual([1, 1]);
});
