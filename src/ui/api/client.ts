/** A request that the server refused, or that did not reach it (`status` 0). `message` is in words for a person. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

type Options = { signal?: AbortSignal | undefined };

/** The API, from the page's own origin. `path` starts with `/v1` or `/api`; a body that is a file goes as it is. Throws `ApiError`. */
export const api = {
  get: <Body>(path: string, options?: Options): Promise<Body> => send<Body>("GET", path, undefined, options),
  post: <Body>(path: string, body?: unknown, options?: Options): Promise<Body> => send<Body>("POST", path, body, options),
  patch: <Body>(path: string, body: unknown, options?: Options): Promise<Body> => send<Body>("PATCH", path, body, options),
  put: <Body>(path: string, body: unknown, options?: Options): Promise<Body> => send<Body>("PUT", path, body, options),
  remove: (path: string, options?: Options): Promise<void> => send<void>("DELETE", path, undefined, options),

  /** The bytes of a file. */
  async bytes(path: string, options?: Options): Promise<Blob> {
    const response = await answerTo("GET", path, undefined, options);
    return response.ok ? response.blob() : read<never>(response);
  },

  /** Whether this server has a route at all: older ones lack some. */
  async has(method: string, path: string): Promise<boolean> {
    const { ok, headers } = await fetch(path, { method: "OPTIONS" });
    return ok && (headers.get("allow") ?? "").includes(method);
  },
};

/** How long a request that may be repeated is tried again while the server restarts. */
const RETRY_DELAYS_MS = [300, 700, 1500, 2500];

const send = async <Body>(method: string, path: string, body: unknown, options?: Options): Promise<Body> =>
  read<Body>(await answerTo(method, path, body, options));

/** A body is JSON, or a file's bytes as they are. */
async function answerTo(method: string, path: string, body: unknown, { signal }: Options = {}): Promise<Response> {
  const isFile = body instanceof Blob;
  // With a key of its own a POST may be repeated: the server does it once and answers the same.
  const headers = {
    accept: "application/json",
    ...(body === undefined ? {} : { "content-type": isFile ? "application/octet-stream" : "application/json" }),
    ...(method === "POST" ? { "idempotency-key": randomKey() } : {}),
  };
  const request: RequestInit = {
    method,
    headers,
    ...(body === undefined ? {} : { body: isFile ? body : JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  };
  const response = await patiently(path, request);
  // The short half of a login is over every quarter of an hour: the long half gets another, unseen.
  if (response.status === 401 && !path.startsWith("/api/auth/") && (await renewLogin())) return patiently(path, request);
  if (response.status === 401 && !path.startsWith("/api/auth/")) whenSignedOut();
  return response;
}

/** Sends again while the server restarts, where that can do no harm. */
async function patiently(path: string, request: RequestInit): Promise<Response> {
  for (const delayMs of request.method === "PATCH" ? [] : RETRY_DELAYS_MS) {
    const response = await fetch(path, request).catch((error: unknown) => {
      if (request.signal?.aborted) throw error;
      return null;
    });
    if (response && response.status !== 503) return response;
    await new Promise((resolve) => setTimeout(resolve, delayMs));
  }
  return fetch(path, request).catch((error: unknown) => {
    if (request.signal?.aborted) throw error;
    throw new ApiError(0, "unreachable", "The server does not answer. Is it still running?");
  });
}

let renewing: Promise<boolean> | undefined;

/** One renewal serves all that ask for it at the same time. Resolves whether there is a login again. */
export function renewLogin(): Promise<boolean> {
  renewing ??= fetch("/api/auth/refresh", { method: "POST", headers: { "content-type": "application/json" }, body: "{}" })
    .then(
      ({ ok }) => ok,
      () => false,
    )
    .finally(() => {
      renewing = undefined;
    });
  return renewing;
}

let whenSignedOut: () => void = () => undefined;

/** What happens when a login is over for good. */
export const onSignedOut = (then: () => void): void => {
  whenSignedOut = then;
};

async function read<Body>(response: Response): Promise<Body> {
  const text = await response.text();
  const body = parse(text);
  if (response.ok) return body as Body;
  const { error, code } = (body ?? {}) as { error?: string; code?: string };
  throw new ApiError(response.status, code ?? "unknown", error ?? `The server answered ${response.status}.`);
}

function parse(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `crypto.randomUUID` is there only on secure origins, which a machine in the local network is not. */
export function randomKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What to tell a person about any failure. */
export const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : "Something went wrong.");
