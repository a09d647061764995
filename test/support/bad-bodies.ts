import { CANARY } from "./wrong-values";

/** Bodies that are no JSON object, or none that may be kept. */
export const BAD_BODIES: [what: string, body: BodyInit][] = [
  ["what is not JSON", `{"${CANARY}": `],
  ["what is two JSON values", `{}{"${CANARY}":1}`],
  ["a list", `["${CANARY}"]`],
  ["null", "null"],
  ["a string", `"${CANARY}"`],
  ["a number", "42"],
  ["invalid UTF-8", new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
  ["UTF-16", Buffer.from(`{"name":"${CANARY}"}`, "utf16le")],
  ["65 levels", `${'{"a":'.repeat(65)}1${"}".repeat(65)}`],
  ["a million levels", "[".repeat(1_000_000)],
  ["half a surrogate pair", `{"${CANARY}":"\\ud800"}`],
  ["half a surrogate pair in a key", `{"\\udc00":1}`],
  ["NUL", `{"a":{"b":["\\u0000"]}}`],
  ["a raw control character", '{"a":"\u0001"}'],
];

/** What is not sent as JSON, as it is. */
export const BAD_TYPES: [what: string, headers: Record<string, string>][] = [
  ["text", { "content-type": "text/plain" }],
  ["a form", { "content-type": "application/x-www-form-urlencoded" }],
  ["a multipart form", { "content-type": "multipart/form-data; boundary=x" }],
  ["another JSON", { "content-type": "application/json-seq" }],
  ["XML", { "content-type": "application/xml" }],
  ["no type", { "content-type": "" }],
  ["what is compressed", { "content-type": "application/json", "content-encoding": "gzip" }],
];
