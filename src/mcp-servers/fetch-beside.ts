import { policyBeside } from "@/platform/outbound-policy";
import { createSafeFetch } from "@/platform/safe-fetch";
import { lightAnswers } from "./light-answers";
import type { Fetch } from "./mcp-connections";

const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 1024 * 1024;

/** How the authorization server that an MCP server names is asked: within limits, and nowhere that the MCP server has no business to lead to. */
export const createFetchBeside =
  (privateHosts: readonly string[]) =>
  (address: string): Fetch => {
    const safeFetch = createSafeFetch({ policy: policyBeside(address, privateHosts) });
    return lightAnswers((url, init) => safeFetch(url, { ...init, maxBytes: MAX_ANSWER_BYTES, timeoutMs: TIMEOUT_MS }));
  };
