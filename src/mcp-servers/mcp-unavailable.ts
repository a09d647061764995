import { OutboundError } from "@/platform/outbound-error";

/** A server could not be used; the message is for people and models. */
export class McpUnavailable extends Error {
  override readonly name = "McpUnavailable";
}

const MAX_WORDS = 2000;

/** In words of ours, but for what a server says of a request that it has read. */
export function reasonOf(error: unknown): string {
  if (error instanceof OutboundError) return error.message;
  const code = codeOf(error);
  if (code === "ENOENT") return "The program that the configuration names is not there";
  if (code === 401 || code === 403) return "The server refused the credentials: check its headers, or sign in to it again";
  if (code === -32001) return "The server did not answer in time";
  if (code === -32000) return "The connection to the server was lost: whether the call took effect is unknown";
  if (typeof code === "number" && code >= 400 && code < 600) return `The server answered with the status ${code}: check its address`;
  if (typeof code === "number" && code < 0) return `The server refused the request: ${(error as Error).message.slice(0, MAX_WORDS)}`;
  return "The server can't be reached, or does not speak the protocol: check its address";
}

/** A server that was started anew knows nothing of its sessions any more: nothing was done, and a new session can be begun. */
export const isSessionGone = (error: unknown): boolean => error instanceof Error && codeOf(error.cause) === 404;

const codeOf = (error: unknown): unknown => (error instanceof Error && "code" in error ? error.code : undefined);
