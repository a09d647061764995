/** A request to the API; `path` begins with `/v1`. */
export type ApiRequest = {
  method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  path: string;
  body?: unknown;
  /** It is answered bit by bit, for as long as one listens. */
  isStream?: boolean;
};

export type Language = "curl" | "typescript" | "python";

export const LANGUAGES: readonly { value: Language; label: string }[] = [
  { value: "curl", label: "curl" },
  { value: "typescript", label: "TypeScript" },
  { value: "python", label: "Python" },
];

type Place = { origin: string /** Whether requests need an API key there; it is read from the environment. */; hasKey: boolean };

/** The request as code that runs without any package. Secrets stand in it as `YOUR_…`. */
export function writeAsCode(language: Language, { method, path, body, isStream = false }: ApiRequest, { origin, hasKey }: Place): string {
  const address = origin + path;
  const given = body === undefined ? undefined : withoutSecrets(body);
  return WRITERS[language]({ method, address, body: given, hasKey, isStream });
}

type Written = { method: ApiRequest["method"]; address: string; body: unknown; hasKey: boolean; isStream: boolean };

const WRITERS: Record<Language, (request: Written) => string> = {
  curl: ({ method, address, body, hasKey, isStream }) =>
    [
      `curl ${isStream ? "-N " : ""}${method === "GET" ? "" : `-X ${method} `}${inShell(address)}`,
      ...(hasKey ? [`-H "Authorization: Bearer $EVERRUNS_API_KEY"`] : []),
      ...(body === undefined ? [] : [`-H 'Content-Type: application/json'`, `-d ${inShell(JSON.stringify(body, null, 2))}`]),
    ].join(" \\\n  "),

  typescript({ method, address, body, hasKey, isStream }) {
    const headers = [
      ...(hasKey ? [`authorization: "Bearer " + process.env.EVERRUNS_API_KEY`] : []),
      ...(body === undefined ? [] : [`"content-type": "application/json"`]),
    ];
    const options = [
      ...(method === "GET" ? [] : [`  method: "${method}",`]),
      ...(headers.length === 0 ? [] : [`  headers: { ${headers.join(", ")} },`]),
      ...(body === undefined ? [] : [`  body: JSON.stringify(${indented(JSON.stringify(body, null, 2), "  ")}),`]),
    ];
    return [
      `const response = await fetch(${JSON.stringify(address)}${options.length === 0 ? "" : `, {\n${options.join("\n")}\n}`});`,
      "if (!response.ok) throw new Error(await response.text());",
      ...(isStream
        ? ["for await (const text of response.body!.pipeThrough(new TextDecoderStream())) console.log(text);"]
        : method === "DELETE"
          ? []
          : ["console.log(await response.json());"]),
    ].join("\n");
  },

  python({ method, address, body, hasKey, isStream }) {
    const headers = [
      ...(hasKey ? [`"Authorization": f"Bearer {os.environ['EVERRUNS_API_KEY']}"`] : []),
      ...(body === undefined ? [] : [`"Content-Type": "application/json"`]),
    ];
    const options = [
      `    ${JSON.stringify(address)},`,
      ...(method === "GET" ? [] : [`    method="${method}",`]),
      ...(headers.length === 0 ? [] : [`    headers={${headers.join(", ")}},`]),
      ...(body === undefined ? [] : [`    data=json.dumps(${indented(inPython(body), "    ")}).encode(),`]),
    ];
    return [
      `import json${hasKey ? ", os" : ""}, urllib.request`,
      "",
      `request = urllib.request.Request(\n${options.join("\n")}\n)`,
      "with urllib.request.urlopen(request) as response:",
      ...(isStream
        ? ["    for line in response:", '        print(line.decode(), end="", flush=True)']
        : [method === "DELETE" ? "    print(response.status)" : "    print(json.load(response))"]),
    ].join("\n");
  },
};

const SECRET = /^(api_key|password|secret|client_secret|token)$/;

/** Everything that opens something becomes a placeholder: what it really was may stand in no code that is copied about. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (SECRET.test(key) && typeof inner === "string") return [key, placeholder(key)];
      if (key === "headers" && typeof inner === "object" && inner !== null)
        return [key, Object.fromEntries(Object.keys(inner).map((name) => [name, placeholder(name)]))];
      return [key, withoutSecrets(inner)];
    }),
  );
}

const placeholder = (name: string): string => `YOUR_${name.toUpperCase().replace(/[^A-Z0-9]+/g, "_")}`;

const inShell = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const indented = (text: string, indent: string): string => text.replaceAll("\n", `\n${indent}`);

/** JSON is Python but for three words. A string's line ends are escaped in it, so that no line begins within one. */
const inPython = (value: unknown): string =>
  JSON.stringify(value, null, 4).replace(/^(\s*(?:"(?:[^"\\]|\\.)*": )?)(true|false|null)(,?)$/gm, (_, before, word: string, after) => {
    return `${before}${word === "null" ? "None" : word === "true" ? "True" : "False"}${after}`;
  });
