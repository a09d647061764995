import { AppError, conflict } from "@/platform/app-error";
import { OutboundError } from "@/platform/outbound-error";
import type { McpOAuthSecrets } from "./mcp-oauth-store";
import type { McpServerRow } from "./mcp-server-store";

export const signInFirst = ({ name }: McpServerRow): string => `An admin has to sign in to the MCP server ${name}`;

export const stale = () =>
  new AppError("invalid", "This sign-in was not begun by you, has ended or took longer than ten minutes: begin again at the MCP server", {
    code: "oauth_state",
  });

/** In words of ours: those of the other side may repeat what was submitted. */
export function signInFailure(error: unknown, { client, discovery }: McpOAuthSecrets): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof OutboundError)
    return conflict(
      `The authorization server can't be used: ${error.message} Hosts of a private network other than the MCP server's own are for the operator to list`,
      "oauth_failed",
    );
  const metadata = discovery?.authorizationServerMetadata;
  if (client === null && metadata && metadata.registration_endpoint === undefined)
    return conflict(
      "The authorization server lets nobody register: register this server there, and give its client_id in oauth",
      "oauth_client_needed",
    );
  return conflict(
    "The authorization server did not let this server in: check the client, its secret, the scope, and that it allows this server's address to be sent back to",
    "oauth_failed",
  );
}
