import { z } from "zod";
import { defineTool, type JsonValue, type Tool, ToolFailure } from "@/agent-loop/tool";
import { OutboundError } from "@/platform/outbound-error";
import type { FetchPage, PageRequest } from "@/web/fetch-page";
import type { CapabilityDefinition } from "./capability-definition";

/** What the catalog says of it before its tool has a way out. */
export const webFetchOutline: CapabilityDefinition = {
  id: "web_fetch",
  name: "Web Fetch",
  description: "Fetches a web page and hands it to the model as Markdown or text.",
  status: "available",
  icon: "globe",
  category: "Network",
  tools: [],
};

const Input = z.object({
  url: z.string().min(1).max(2000).describe("An http or https address"),
  method: z.enum(["GET", "HEAD"]).optional().describe("HEAD asks only what is there: type, size, date"),
  as_markdown: z.boolean().optional().describe("A page of HTML as Markdown: the default"),
  as_text: z.boolean().optional().describe("A page of HTML as plain text"),
  offset: z.int().min(0).max(100_000_000).optional().describe("Characters to leave out, to read on where an answer was cut off"),
});

export const webFetchTool = (name: string, fetchPage: FetchPage): Tool =>
  defineTool({
    name,
    description:
      "Fetches an address of the web. HTML comes as readable Markdown (or text, or with as_markdown false as it is), other text as it is; of files that are no text you get type, size and name. Long content is cut off: read on with offset.",
    input: Input,
    effect: "idempotent",
    run: async ({ url, method = "GET", as_markdown, as_text, offset = 0 }, { signal }) => {
      const format: PageRequest["format"] = as_text ? "text" : as_markdown === false ? "raw" : "markdown";
      return (await failingInWords(fetchPage({ url, method, format, offset }, signal), signal)) as unknown as JsonValue;
    },
  }) as Tool;

/** What goes wrong on the way is for the model to know: it may try another address. */
export async function failingInWords<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof OutboundError) throw new ToolFailure(error.message);
    throw new ToolFailure("The address can't be reached: there is no such host, it does not answer, or its certificate is not valid.");
  }
}

export const webFetch = ({ fetchPage }: { fetchPage: FetchPage }): CapabilityDefinition => ({
  ...webFetchOutline,
  tools: [webFetchTool("web_fetch", fetchPage)],
});
