import { expect, test } from "bun:test";
import { type Peer, refused, unreachable } from "@/llm/provider-errors";

const peer: Peer = { host: "llm.example", model: "some-model", apiKey: "very-secret-key" };

test.each([
  [400, { error: { message: "prompt is too long: 210000 tokens > 200000 maximum" } }, "context_too_long", false],
  [400, { object: "error", message: "This model's maximum context length is 4096 tokens", code: 400 }, "context_too_long", false],
  [400, { error: { code: "context_length_exceeded", message: "…" } }, "context_too_long", false],
  [
    400,
    { error: { message: "the request exceeds the available context size", type: "exceed_context_size_error" } },
    "context_too_long",
    false,
  ],
  [413, { error: { type: "request_too_large", message: "…" } }, "context_too_long", false],
  [400, [{ error: { code: 400, message: "API key not valid. Please pass a valid API key." } }], "invalid_api_key", false],
  [400, { error: { message: "Your credit balance is too low to access the API." } }, "rate_limited", false],
  [404, { error: 'model "x" not found, try pulling it first' }, "model_not_found", false],
  [422, { detail: "max_tokens must be positive" }, "bad_request", false],
  [500, { error: { message: "boom" } }, "provider_error", true],
  [502, "<html><head><title>502 Bad Gateway</title></head></html>", "provider_error", true],
  [301, "", "bad_request", false],
  [undefined, { type: "error", error: { type: "overloaded_error", message: "Overloaded" } }, "overloaded", true],
  [undefined, { code: "rate_limit_exceeded", message: "Slow down" }, "rate_limited", true],
  [undefined, { error: { code: "invalid_prompt", message: "no" } }, "bad_request", false],
  [undefined, { message: "something else" }, "provider_error", true],
  [undefined, null, "provider_error", true],
] as const)("%p %j is %s", (status, body, code, retryable) => {
  expect(refused(peer, { status, body })).toMatchObject({ code, retryable });
});

test("a quote is short, on one line, well formed, and holds no key", () => {
  const message = `Key very-secret-key and sk-proj-abcdef123456 are wrong\n\u0000\u001b[31m${"👋".repeat(400)}`;
  const said = refused(peer, { status: 401, body: { error: { message } } }).message;
  const quote = said.slice(said.indexOf('"') + 1, -1);
  expect(quote.length).toBeLessThanOrEqual(301);
  expect(said).not.toMatch(/very-secret-key|sk-proj|\p{Cc}/u);
  expect(said.isWellFormed()).toBe(true);
});

test("a title is all that is quoted of a web page", () => {
  expect(refused(peer, { status: 502, body: "<html><title>502 Bad Gateway</title><body>x</body></html>" }).message).toBe(
    'llm.example failed (HTTP 502). It said: "502 Bad Gateway"',
  );
});

test("a missing key is called missing, a certificate is named, and a provider's no to a retry is heeded", () => {
  expect(refused({ ...peer, apiKey: null }, { status: 401, body: "" }).message).toContain("has none");
  expect(unreachable(peer, Object.assign(new Error("x"), { code: "SELF_SIGNED_CERT_IN_CHAIN" }), "connect").retryable).toBe(false);
  expect(unreachable(peer, Object.assign(new Error("x"), { code: "ConnectionRefused" }), "connect")).toMatchObject({ retryable: true });
  const headers = new Headers({ "x-should-retry": "false" });
  expect(refused(peer, { status: 500, headers, body: "" }).retryable).toBe(false);
});

test("a wish to wait that cannot be read is no wish", () => {
  for (const value of ["soon", "-5", ""]) {
    expect(refused(peer, { status: 429, headers: new Headers({ "retry-after": value }), body: "" }).retryAfterMs).toBeUndefined();
  }
});
