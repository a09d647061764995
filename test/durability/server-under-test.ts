/** The real server with tools that act on the world outside. `COMMITS_LATE` breaks its first promise, so that the harness can show that it notices. */
import { builtInCapabilities } from "@/capabilities/catalog";
import { readConfig } from "@/config";
import { startServer } from "@/start";
import { commitLate } from "./late-commit";
import { ledgerCapability } from "./ledger";

const { LEDGER = "", COMMITS_LATE } = process.env;
const capabilities = [...builtInCapabilities, ledgerCapability(LEDGER)];
const server = await startServer({ config: readConfig({}, process.env), capabilities });
if (COMMITS_LATE) commitLate(60);
process.on("SIGTERM", () => void server.stop().then(() => process.exit(0)));
process.stdout.write(`Open ${server.url}/\n`);
