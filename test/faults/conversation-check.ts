import type { Protocol } from "../support/llm-protocols";

type Item = Record<string, unknown>;
type Called = { calls: string[]; results: string[] };

/** What a strict provider would refuse in a request: a call without its result right behind it, a result without its call, half a character. */
export function complaintsAboutRequest({ driver }: Protocol, body: string): string[] {
  const request = JSON.parse(body) as { messages?: Item[]; input?: Item[] };
  const items = request.messages ?? request.input ?? [];
  const read = { openai_chat: readChat, openai_responses: readResponses, anthropic: readAnthropic }[driver]!;
  return [...aboutCalls(items.map(read)), ...(/\\ud[89a-f]/i.test(body.replaceAll("\\\\", "")) ? ["half a character was sent"] : [])];
}

function aboutCalls(items: readonly Called[]): string[] {
  const seen = new Set<string>();
  let open: string[] = [];
  const complaints: string[] = [];
  for (const { calls, results } of items) {
    for (const id of results) if (!open.includes(id)) complaints.push("a result was sent that answers no open call");
    open = open.filter((id) => !results.includes(id));
    // Calls of one answer may stand in items of their own, before the first result.
    if (open.length > 0 && results.length === 0 && calls.length === 0) complaints.push("something was sent between a call and its result");
    for (const id of calls) if (seen.has(id)) complaints.push("an id was sent for two calls");
    for (const id of calls) seen.add(id);
    open.push(...calls);
  }
  return open.length > 0 ? [...complaints, "a call was sent without its result"] : complaints;
}

const readChat = ({ tool_calls, tool_call_id }: Item): Called => ({
  calls: ((tool_calls ?? []) as Item[]).map(({ id }) => String(id)),
  results: tool_call_id === undefined ? [] : [String(tool_call_id)],
});

const readResponses = ({ type, call_id }: Item): Called => ({
  calls: type === "function_call" ? [String(call_id)] : [],
  results: type === "function_call_output" ? [String(call_id)] : [],
});

function readAnthropic({ content }: Item): Called {
  const blocks = Array.isArray(content) ? (content as Item[]) : [];
  return {
    calls: blocks.filter(({ type }) => type === "tool_use").map(({ id }) => String(id)),
    results: blocks.filter(({ type }) => type === "tool_result").map(({ tool_use_id }) => String(tool_use_id)),
  };
}
