import { expect, test } from "bun:test";
import { emptyFolder } from "../support/executable";
import { runChaos } from "./run-chaos";
import { createServerProcess } from "./server-process";

const STOPS = 5;

test(`asked to stop ${STOPS} times in mid-turn, the server ends in order, and nothing is lost or taken for a crash`, async () => {
  const { counts, complaints } = await runChaos({ kills: STOPS, seed: 1, users: 5, ends: "stopped" });
  expect(complaints).toEqual([]);
  expect(counts.get("turns resumed after shutdown")).toBeGreaterThan(0);
  expect(counts.get("turns resumed after crash")).toBe(0);
}, 60_000);

test("asked to stop as soon as it answers, with requests under way, it ends in order and has no error to tell", async () => {
  using folder = emptyFolder();
  using server = createServerProcess({ folder: folder.path });
  for (let time = 0; time < 8; time++) {
    await server.start();
    const url = await server.url();
    const ask = async (number: number) => {
      await Bun.sleep(number % 10);
      return fetch(`${url}/v1/sessions`).then(
        ({ status }) => status,
        () => null,
      );
    };
    const asking = Promise.all(Array.from({ length: 20 }, (_, number) => ask(number)));
    await Bun.sleep(time % 4);
    expect(await server.stop()).toBe(0);
    expect((await asking).filter((status) => status !== null && status !== 200 && status !== 503)).toEqual([]);
  }
  expect(server.errors()).toEqual([]);
}, 60_000);
