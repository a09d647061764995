import type { CapabilityDefinition } from "./capability-definition";

// An agent may already list these; they are applied from the version on that makes them available.

export const research: CapabilityDefinition = {
  id: "research",
  name: "Deep Research",
  description: "Searches the web, reads pages, keeps notes with the session and writes a report that cites its sources.",
  status: "coming_soon",
  icon: "search",
  category: "AI",
  tools: [],
};

export const sandbox: CapabilityDefinition = {
  id: "sandbox",
  name: "Sandboxed Execution",
  description: "Runs code on the session's files, without network and without reach into the host.",
  status: "coming_soon",
  icon: "box",
  category: "Execution",
  tools: [],
};

export const webFetch: CapabilityDefinition = {
  id: "web_fetch",
  name: "Web Fetch",
  description: "Fetches a web page and hands it to the model as Markdown or text.",
  status: "coming_soon",
  icon: "globe",
  category: "Network",
  tools: [],
};
