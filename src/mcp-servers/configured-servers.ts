import { readFileSync } from "node:fs";
import { z } from "zod";
import { McpServerName } from "@/domain/mcp-server";
import { StartRefused } from "@/platform/app-error";

/** How a server of the operator's file is started. */
export const Program = z.object({
  command: z.string().min(1),
  args: z.array(z.string()).default([]),
  env: z.record(z.string(), z.string()).default({}),
});
export type Program = z.infer<typeof Program>;

const File = z.object({ mcpServers: z.record(McpServerName, Program) });

/**
 * The MCP servers that run as programs on this machine, from a JSON file in the form that MCP clients share: `{"mcpServers": {"name": {"command", "args",
 * "env"}}}`. A program of the host's can only come from here, never through the API. Throws `StartRefused`.
 */
export function readConfiguredServers(path: string | undefined): ReadonlyMap<string, Program> {
  if (path === undefined) return new Map();
  const file = File.safeParse(parse(path));
  if (file.success) return new Map(Object.entries(file.data.mcpServers));
  const { path: place, message } = file.error.issues[0]!;
  throw new StartRefused(`MCP_CONFIG: ${path}: ${place.join(".") || "the file"} ${message}`);
}

function parse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw new StartRefused(
      `MCP_CONFIG: ${path} can't be read, or is not JSON. It must hold {"mcpServers": {"name": {"command": "…", "args": []}}}.`,
    );
  }
}
