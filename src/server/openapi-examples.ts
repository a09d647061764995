import type { Json } from "./openapi-schemas";

type Examples = Record<string, { summary: string; value: Json }>;

const one = (summary: string, value: Json): Examples => ({ example: { summary, value } });

/** What to send, by the name of the body's schema. */
export const EXAMPLES: Record<string, Examples> = {
  CreateAgent: one("An agent that knows the time", {
    name: "Helper",
    system_prompt: "You are a helpful assistant. Answer briefly.",
    capabilities: ["current_time"],
    tags: ["demo"],
  }),
  UpdateAgent: one("New instructions", { system_prompt: "You are a patient teacher.", description: null }),
  CreateSession: {
    empty: { summary: "Just a session", value: {} },
    titled: { summary: "With a title", value: { title: "A first talk", tags: ["demo"] } },
  },
  UpdateSession: one("Another title", { title: "About the weather" }),
  CreateMessage: {
    text: { summary: "Text", value: { message: { content: [{ type: "text", text: "What time is it in Tokyo?" }] } } },
    plain: { summary: "Text, the short way", value: { message: { content: "What time is it in Tokyo?" } } },
    controlled: {
      summary: "With a model and a level of reasoning of its own",
      value: {
        message: { content: "Prove it." },
        controls: { model_id: "OpenAI/gpt-5", reasoning: { effort: "high" }, when_busy: "enqueue" },
      },
    },
    older: { summary: "The older spelling", value: { role: "user", content: { text: "What time is it in Tokyo?" } } },
  },
  DecideApproval: {
    approve: { summary: "Let it run", value: { decision: "approve" } },
    always: { summary: "Let it run, and do not ask about this tool again here", value: { decision: "approve", remember: "session" } },
    deny: { summary: "Refuse it, and tell the model why", value: { decision: "deny", reason: "Ask for a smaller amount first." } },
  },
  PostToolResults: {
    result: { summary: "What the client's tool found", value: { tool_call_id: "call_1", result: { city: "Lima" } } },
    error: { summary: "It failed", value: { tool_call_id: "call_1", error: "No position is known." } },
    several: {
      summary: "Several at once",
      value: {
        results: [
          { tool_call_id: "call_1", result: 1 },
          { tool_call_id: "call_2", result: 2 },
        ],
      },
    },
  },
  SetCapabilities: one("Two capabilities, in this order", { capabilities: ["current_time", "web_fetch"] }),
  CreateLlmProvider: {
    openai: { summary: "OpenAI", value: { name: "OpenAI", provider_type: "openai", api_key: "sk-…", is_default: true } },
    ollama: {
      summary: "Ollama on this machine",
      value: { name: "Ollama", provider_type: "ollama", base_url: "http://localhost:11434/v1" },
    },
  },
  UpdateLlmProvider: one("A new key", { api_key: "sk-…" }),
  CreateLlmModel: one("A model", { model_id: "gpt-5-mini", display_name: "GPT-5 mini", is_default: true }),
  UpdateLlmModel: one("Make it the default", { is_default: true }),
  Login: one("Sign in", { email: "ada@example.com", password: "correct horse battery" }),
  Register: one("Sign up", { email: "ada@example.com", password: "correct horse battery", name: "Ada" }),
  Refresh: one("A new pair of tokens", { refresh_token: "eyJ…" }),
  CreateApiKey: one("A key that only reads, for 90 days", { name: "dashboard", scopes: ["read"], expires_in_days: 90 }),
};
