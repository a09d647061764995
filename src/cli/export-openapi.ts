import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineCommand } from "citty";
import { createApp } from "@/app";
import { readConfig } from "@/config";

export const exportOpenApi = defineCommand({
  meta: { name: "export-openapi", description: "Print the OpenAPI document; no server needs to run" },
  async run() {
    // The document is made from the routes themselves, so the app is built for it, on a folder that goes away again.
    const dataDir = mkdtempSync(join(tmpdir(), "everruns-openapi-"));
    try {
      const app = await createApp({ config: { ...readConfig({}, {}), dataDir, logLevel: "silent" } });
      process.stdout.write(`${JSON.stringify(app.openApi(), null, 2)}\n`);
      await app.stop();
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  },
});
