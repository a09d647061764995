import type { McpServer } from "@/domain/mcp-server";
import { type HeadersDraft, headersOf } from "./headers-field";
import { type OAuthDraft, oauthDraftOf, oauthOf } from "./oauth-field";

/** A server as its forms hold it. */
export type ServerFields = { name: string; url: string; headers: HeadersDraft; oauth: OAuthDraft; isActive: boolean };

/** Those that show what is wrong with them. */
export const SERVER_FIELDS = ["name", "url", "headers", "oauth"];

/** As the API takes it. Absent headers keep those that are set. */
export const bodyOfServer = ({ name, url, headers, oauth, isActive }: ServerFields) => {
  const given = headersOf(headers);
  return {
    name,
    url,
    ...(given ? { headers: given } : {}),
    oauth: oauthOf(oauth),
    status: isActive ? ("active" as const) : ("disabled" as const),
  };
};

export const fieldsOfServer = (server: McpServer): ServerFields => ({
  name: server.name,
  url: server.url ?? "",
  headers: null,
  oauth: oauthDraftOf(server),
  isActive: server.status === "active",
});
