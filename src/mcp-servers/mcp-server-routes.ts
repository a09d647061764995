import { actorOf } from "@/auth/request-actor";
import type { Database } from "@/database/database";
import { CreateMcpServer, McpServer, McpServerTest, UpdateMcpServer } from "@/domain/mcp-server";
import { envelope, listOf, PageQuery } from "@/http/lists";
import type { Once } from "@/http/once";
import { doc, resource } from "@/http/resource";
import { adminOf } from "@/llm-providers/admin-only";
import type { CallMcpServer } from "./call-mcp-server";
import type { McpServerStore } from "./mcp-server-store";

type Parts = { db: Database; servers: McpServerStore; mcp: CallMcpServer; once: Once };

export const mcpServerRoutes = ({ db, servers, mcp, once }: Parts) =>
  resource("/v1/mcp-servers", "mcp-servers")
    .post("", ({ body, request }) => once({ request, actor: adminOf(request), body }, 201, (tx) => servers.create(tx, body)), {
      body: CreateMcpServer,
      detail: doc({
        operationId: "createMcpServer",
        summary: "Add an MCP server (streamable HTTP)",
        description: "Test it next: that lists its tools, and agents can then be given the capability `mcp:<name>`.",
        answers: { 201: McpServer },
      }),
    })
    .get(
      "",
      async ({ query, request }) => {
        actorOf(request);
        return envelope(await db.read(() => servers.list(db, query)), query);
      },
      {
        query: PageQuery,
        detail: doc({
          operationId: "listMcpServers",
          summary: "List MCP servers by name",
          answers: { 200: listOf("McpServer", McpServer) },
        }),
      },
    )
    .get(
      "/:mcp_server_id",
      ({ params, request }) => {
        actorOf(request);
        return db.read(() => servers.get(db, params.mcp_server_id));
      },
      { detail: doc({ operationId: "getMcpServer", summary: "Get an MCP server with its tools", answers: { 200: McpServer } }) },
    )
    .patch(
      "/:mcp_server_id",
      ({ params, body, request }) => {
        adminOf(request);
        return db.transact(function* (tx) {
          const server = yield* servers.update(tx, params.mcp_server_id, body);
          yield* mcp.changed(tx, server.id);
          return server;
        });
      },
      {
        body: UpdateMcpServer,
        detail: doc({
          operationId: "updateMcpServer",
          summary: "Change the given fields of an MCP server",
          description: "`headers` replaces all of them; a changed address without new headers clears them.",
          answers: { 200: McpServer },
        }),
      },
    )
    .delete(
      "/:mcp_server_id",
      async ({ params, request, status }) => {
        adminOf(request);
        await db.transact(function* (tx) {
          yield* servers.remove(tx, params.mcp_server_id);
          yield* mcp.changed(tx, params.mcp_server_id);
        });
        return status(204, undefined);
      },
      { detail: doc({ operationId: "deleteMcpServer", summary: "Delete an MCP server; agents lose its tools", answers: { 204: null } }) },
    )
    .post(
      "/:mcp_server_id/test",
      async ({ params, request }) => {
        const actor = adminOf(request);
        return once({ request, actor, body: null }, 200, await mcp.test(params.mcp_server_id));
      },
      {
        detail: doc({
          operationId: "testMcpServer",
          summary: "Connect to an MCP server and list its tools",
          description: "The first tools are accepted by this. Later ones that differ wait in `changed_tools`.",
          answers: { 200: McpServerTest },
        }),
      },
    )
    .post(
      "/:mcp_server_id/accept-tools",
      ({ params, request }) =>
        once({ request, actor: adminOf(request), body: null }, 200, function* (tx) {
          const server = yield* servers.acceptTools(tx, params.mcp_server_id);
          yield* mcp.changed(tx, server.id);
          return server;
        }),
      { detail: doc({ operationId: "acceptMcpTools", summary: "Accept the changed tools of an MCP server", answers: { 200: McpServer } }) },
    );
