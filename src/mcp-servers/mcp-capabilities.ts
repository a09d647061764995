import { createHash } from "node:crypto";
import { z } from "zod";
import { defineTool, type JsonValue, type Tool, ToolFailure } from "@/agent-loop/tool";
import type { CapabilityDefinition } from "@/capabilities/capability-definition";
import type { McpServer, McpTool } from "@/domain/mcp-server";
import type { ToolEffect } from "@/domain/tool";
import type { McpResult } from "./call-mcp-tool";
import { McpUnavailable } from "./mcp-unavailable";

/** Calls a tool of a server, after a look whether it is still the one that was accepted. */
export type CallMcpTool = (serverId: string, accepted: McpTool, input: Record<string, unknown>, signal: AbortSignal) => Promise<McpResult>;

/** The capability that a server is to agents: the tools that were accepted of it, under names that begin with the server's. */
export const mcpCapability = (server: McpServer, callTool: CallMcpTool): CapabilityDefinition => ({
  id: `mcp:${server.name}`,
  name: server.name,
  description: `The tools of the MCP server ${server.name}`,
  status: "available",
  icon: "plug",
  category: "MCP",
  tools: server.tools.map((tool) => toTool(server, tool, callTool)),
});

const toTool = (server: McpServer, accepted: McpTool, callTool: CallMcpTool): Tool =>
  defineTool({
    name: toolName(server.name, accepted.name),
    description: accepted.description,
    input: z.record(z.string(), z.json()),
    parameters: accepted.input_schema,
    effect: effectOf(accepted),
    async run(input, { signal }) {
      try {
        return resultOf(await callTool(server.id, accepted, input, signal));
      } catch (error) {
        if (error instanceof McpUnavailable) throw new ToolFailure(error.message);
        throw error;
      }
    },
  }) as Tool;

/** An admin has accepted the tool with its annotations, so they are believed; without them it is not known whether it may run twice. */
function effectOf({ annotations }: McpTool): ToolEffect {
  if (annotations.read_only) return "pure";
  return annotations.idempotent ? "idempotent" : "unsafe";
}

/** Providers take 64 letters, digits, _ and - of a name; a longer one keeps its beginning and is told apart by its hash. */
function toolName(server: string, tool: string): string {
  const whole = `${server}__${tool.replace(/[^A-Za-z0-9_-]/g, "_")}`;
  if (whole.length <= MAX_NAME_LENGTH) return whole;
  return `${whole.slice(0, MAX_NAME_LENGTH - 9)}_${createHash("sha256").update(tool).digest("hex").slice(0, 8)}`;
}

const MAX_NAME_LENGTH = 64;

function resultOf({ isError, text, structured }: McpResult): JsonValue {
  if (isError) throw new ToolFailure(text || "The tool failed without saying why");
  return structured === null ? text : (structured as JsonValue);
}
