import { join } from "node:path";

type Options = { account: Record<string, unknown> & { sub: string }; redirectUri: string; claimsIn?: "id_token" | "userinfo" };

/** A real OpenID provider on a free port: `await using provider = await openIdProvider(…)`. */
export async function openIdProvider({ account, redirectUri, claimsIn = "id_token" }: Options) {
  const client = { id: "google-client", secret: "canary-google-secret-of-enough-length" };
  const child = Bun.spawn([process.execPath, "run", join(import.meta.dir, "openid-provider-process.ts")], {
    env: {
      PATH: process.env.PATH!,
      ACCOUNT: JSON.stringify(account),
      CLIENT_ID: client.id,
      CLIENT_SECRET: client.secret,
      REDIRECT_URI: redirectUri,
      CLAIMS_IN: claimsIn,
    },
    stdout: "pipe",
    stderr: "ignore",
  });
  return {
    env: {
      AUTH_GOOGLE_CLIENT_ID: client.id,
      AUTH_GOOGLE_CLIENT_SECRET: client.secret,
      AUTH_GOOGLE_ISSUER: await addressIn(child.stdout),
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

export async function addressIn(stdout: ReadableStream<Uint8Array>): Promise<string> {
  const reader = stdout.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`The OpenID provider did not start: ${text}`);
    text += decoder.decode(value, { stream: true });
    const address = /^LISTENING (\S+)$/m.exec(text)?.[1];
    if (address) {
      // What it says from now on is thrown away, and must not fill the pipe.
      void (async () => {
        while (!(await reader.read()).done);
      })();
      return address;
    }
  }
}
