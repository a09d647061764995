import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApp } from "@/app";
import { readConfig } from "@/config";
import { VERSION } from "@/version";
import { conforms } from "../support/conforms";
import { contractApp } from "../support/contract-app";

test("health says what runs, ready that it answers", async () => {
  await using app = await contractApp();
  expect((await app.expect("GET /health", 200)).body).toEqual({
    status: "ok",
    version: VERSION,
    runner_mode: "in_process",
    auth_mode: "none",
  });
  expect((await app.expect("GET /ready", 200)).body).toEqual({ status: "ready" });
});

test("before the start it is not ready; while it stops it says so with 503", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "everruns-test-"));
  const app = await createApp({ config: readConfig({ port: "9000", dataDir, logLevel: "silent" }, {}) });
  const get = async (path: string) => {
    const response = await app.fetch(new Request(`http://localhost:9000${path}`, { headers: { host: "localhost:9000" } }));
    const body = (await response.json()) as { status: string };
    conforms(app.openApi(), "GET", path, response.status, body);
    return [response.status, body.status];
  };
  expect([await get("/health"), await get("/ready")]).toEqual([
    [200, "ok"],
    [503, "starting"],
  ]);
  await app.start();
  expect(await get("/ready")).toEqual([200, "ready"]);
  await app.stop();
  expect([await get("/health"), await get("/ready")]).toEqual([
    [503, "draining"],
    [503, "draining"],
  ]);
  rmSync(dataDir, { recursive: true });
});
