import type { McpServer } from "@/domain/mcp-server";
import { type HeadersDraft, headersOf } from "./headers-field";

/** A server as its forms hold it. */
export type ServerFields = { name: string; url: string; headers: HeadersDraft; isActive: boolean };

/** Those that show what is wrong with them. */
export const SERVER_FIELDS = ["name", "url", "headers"];

/** As the API takes it. Absent headers keep those that are set. */
export const bodyOfServer = ({ name, url, headers, isActive }: ServerFields) => {
  const given = headersOf(headers);
  return { name, url, ...(given ? { headers: given } : {}), status: isActive ? ("active" as const) : ("disabled" as const) };
};

export const fieldsOfServer = ({ name, url, status }: McpServer): ServerFields => ({
  name,
  url: url ?? "",
  headers: null,
  isActive: status === "active",
});
