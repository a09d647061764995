import { actorOf } from "@/auth/request-actor";
import type { Database } from "@/database/database";
import { FinishMcpSignIn } from "@/domain/mcp-oauth";
import { CreateMcpServer, McpServer, McpServerTest, McpSignIn, UpdateMcpServer } from "@/domain/mcp-server";
import { envelope, listOf, PageQuery } from "@/http/lists";
import type { Once } from "@/http/once";
import { doc, resource } from "@/http/resource";
import { adminOf } from "@/llm-providers/admin-only";
import type { CallMcpServer } from "./call-mcp-server";
import type { McpServerStore } from "./mcp-server-store";
import type { McpSignIns } from "./mcp-sign-in";

type Parts = { db: Database; servers: McpServerStore; mcp: CallMcpServer; signIns: McpSignIns; once: Once };

export const mcpServerRoutes = ({ db, servers, mcp, signIns, once }: Parts) =>
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
          description:
            "`headers` replaces all of them, and `oauth` is replaced as a whole, which signs out. A changed address without new ones clears both.",
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
      "/:mcp_server_id/sign-in",
      ({ params, request }) =>
        once.calling({ request, actor: adminOf(request), body: null, isSecret: true }, 200, () =>
          signIns.begin(params.mcp_server_id, adminOf(request)),
        ),
      {
        detail: doc({
          operationId: "signInToMcpServer",
          summary: "Sign in to an MCP server by OAuth",
          description:
            "Finds the server's authorization server, registers there if no `client_id` was given, and answers where an admin has to go within ten minutes: open `authorization_url` in a browser. It comes back to the page `/mcp-servers/signed-in`, whose query finishes the sign-in. With the grant `client_credentials` there is nowhere to go.",
          answers: { 200: McpSignIn },
        }),
      },
    )
    .post(
      "/:mcp_server_id/finish-sign-in",
      ({ params, body, request }) => {
        const actor = adminOf(request);
        return once.calling({ request, actor, body }, 200, async () => {
          await signIns.finish(params.mcp_server_id, actor, body);
          return function* (tx) {
            yield* mcp.changed(tx, params.mcp_server_id);
            return yield* servers.get(tx, params.mcp_server_id);
          };
        });
      },
      {
        body: FinishMcpSignIn,
        detail: doc({
          operationId: "finishMcpSignIn",
          summary: "Finish signing in to an MCP server",
          description:
            "Takes the query that the authorization server sent the browser back with; its `state` begins with the id of the server. Only the admin who has begun the sign-in can finish it, once.",
          answers: { 200: McpServer },
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
