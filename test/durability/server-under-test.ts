/** The real server with tools that act on the world outside. `BROKEN` breaks one promise, so that the harness can show that it notices. */
import { builtInCapabilities } from "@/capabilities/catalog";
import { readConfig } from "@/config";
import { startServer } from "@/start";
import { commitLate } from "./late-commit";
import { ledgerCapability } from "./ledger";

const { LEDGER = "", BROKEN = "" } = process.env;
const ledger = ledgerCapability(LEDGER, BROKEN === "retried-unsafe" ? "idempotent" : "unsafe");
const server = await startServer({ config: readConfig({}, process.env), capabilities: [...builtInCapabilities, ledger] });
if (BROKEN === "early-201") commitLate(60);
process.on("SIGTERM", () => void server.stop().then(() => process.exit(0)));
process.stdout.write(`Open ${server.url}/\n`);
