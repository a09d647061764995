import { z } from "zod";
import { type JsonValue, type Tool, type ToolContext, ToolFailure } from "@/agent-loop/tool";
import { inputSchemaOf } from "@/domain/json-schema";
import { type HttpTool, placeholdersOf } from "@/domain/own-tool";
import { OutboundError } from "@/platform/outbound-error";
import { isNeverConnected } from "@/platform/safe-fetch";
import { Secret } from "@/platform/secrets";
import { readCapped, toValue } from "./http-answer";

export type HttpToolParts = {
  safeFetch: (url: URL, init: RequestInit) => Promise<Response>;
  /** Null when a secret among them is not set. */
  headersOf: (tool: HttpTool) => Record<string, string | Secret> | null;
};

type Arguments = { [name: string]: JsonValue };

/** A tool that asks somebody's service. Arguments go into the address encoded, into the query or into a JSON body, and nowhere else. */
export const httpTool = (tool: HttpTool, parts: HttpToolParts): Tool => ({
  name: tool.name,
  description: tool.description,
  parameters: tool.parameters,
  input: z.lazy(() => inputSchemaOf(tool.parameters) ?? z.json()),
  effect: tool.effect,
  policy: tool.policy,
  run: (input, context) => ask(tool, input as Arguments, context, parts),
});

async function ask(tool: HttpTool, input: Arguments, context: ToolContext, { safeFetch, headersOf }: HttpToolParts): Promise<JsonValue> {
  const headers = headersOf(tool);
  if (!headers) throw new ToolFailure("This tool is not set up: a secret of it is missing. A person has to give it to the agent again.");
  const { url, rest } = addressed(tool, input);
  const hasBody = !["GET", "DELETE"].includes(tool.method);
  const init: RequestInit = {
    method: tool.method,
    redirect: "manual",
    headers: {
      accept: "application/json, text/*;q=0.9",
      ...(hasBody ? { "content-type": "application/json" } : {}),
      ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value instanceof Secret ? value.reveal() : value])),
      ...(tool.effect === "idempotent" ? { "idempotency-key": context.idempotencyKey } : {}),
    },
    ...(hasBody ? { body: JSON.stringify(rest) } : {}),
  };

  const timeout = AbortSignal.timeout(tool.timeout_ms);
  try {
    const response = await safeFetch(url, { ...init, signal: AbortSignal.any([context.signal, timeout]) });
    const answer = withoutSecrets(await readCapped(response), headers);
    if (!response.ok) throw new ToolFailure(`The service answered ${response.status}: ${answer.text.slice(0, MAX_ERROR_CHARACTERS)}`);
    return toValue(response, answer);
  } catch (error) {
    if (error instanceof ToolFailure || context.signal.aborted) throw error;
    const isOutcomeUnknown = !isNeverSent(error);
    if (timeout.aborted) throw new ToolFailure(`The service did not answer within ${tool.timeout_ms} ms`, { isOutcomeUnknown });
    throw new ToolFailure(isOutcomeUnknown ? "The service did not answer to its end" : "The service cannot be reached", {
      isOutcomeUnknown,
    });
  }
}

/** The request has not left this machine, or nobody took it: it has done nothing. */
const isNeverSent = (error: unknown): boolean =>
  isNeverConnected(error) || (error instanceof OutboundError && error.code === "address_not_allowed");

const MAX_ERROR_CHARACTERS = 2000;
const LEAST_SECRET_CHARACTERS = 4;

/** A service may repeat what it was sent; a secret among that is neither the model's nor the log's to know. */
function withoutSecrets<Answer extends { text: string }>(answer: Answer, headers: Record<string, string | Secret>): Answer {
  const secrets = Object.values(headers).flatMap((value) =>
    value instanceof Secret ? [value.reveal(), value.reveal().split(" ").at(-1)!] : [],
  );
  const text = secrets
    .filter(({ length }) => length >= LEAST_SECRET_CHARACTERS)
    .reduce(
      (shown, secret) => shown.replaceAll(JSON.stringify(secret).slice(1, -1), "[redacted]").replaceAll(secret, "[redacted]"),
      answer.text,
    );
  return { ...answer, text };
}

/** Where the request goes, and the arguments that the address has not taken. */
function addressed({ url: template, method, query }: HttpTool, input: Arguments): { url: URL; rest: Arguments } {
  const named = placeholdersOf(template);
  const filled = template.replace(/\{([^{}]+)\}/g, (_, name: string) => {
    const value = Object.hasOwn(input, name) ? input[name]! : null;
    if (value === null || value === "") throw new ToolFailure(`Bad arguments: ${name} is needed for the address`);
    return encodeURIComponent(textOf(value).toWellFormed());
  });
  const url = new URL(filled);
  // `..` would climb out of the path that was meant, and no encoding keeps it from doing so.
  const path = /^https?:\/\/[^/?]+([^?]*)/.exec(filled)![1]!;
  if (path.split("/").some((segment) => /^(\.|%2e){1,2}$/i.test(segment)))
    throw new ToolFailure("Bad arguments: . and .. cannot be part of the address");

  const left = Object.entries(input).filter(([name]) => !named.includes(name));
  const isInQuery = (name: string) => method === "GET" || method === "DELETE" || query.includes(name);
  for (const [name, value] of left.filter(([each, given]) => isInQuery(each) && given !== null))
    for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(name, textOf(one));
  return { url, rest: Object.fromEntries(left.filter(([name]) => !isInQuery(name))) };
}

const textOf = (value: JsonValue): string => (typeof value === "object" && value !== null ? JSON.stringify(value) : String(value));
