import { createHash } from "node:crypto";

export type GitHubAccount = {
  id: number;
  login: string;
  name: string | null;
  avatar_url: string;
  emails: { email: string; primary: boolean; verified: boolean }[];
};

type Authorization = { challenge: string; redirectUri: string; account: GitHubAccount };

/** As much of GitHub as signing in needs: it checks the client, PKCE and the redirect address, and takes a code once. `using github = fakeGitHub()` */
export function fakeGitHub() {
  const codes = new Map<string, Authorization>();
  const tokens = new Map<string, GitHubAccount>();
  const asked: URLSearchParams[] = [];
  const github = {
    /** Who is signed in there. */
    account: {
      id: 4711,
      login: "mona",
      name: "Mona Lisa",
      avatar_url: "https://avatars.example/u/4711",
      emails: [
        { email: "old@example.com", primary: false, verified: true },
        { email: "Mona@Example.com", primary: true, verified: true },
      ],
    } as GitHubAccount,
    /** The query of each authorization request. */
    asked,
    /** Answers instead of the API, for a GitHub that is out of order. */
    outage: undefined as (() => Response) | undefined,
  };

  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    routes: {
      "/login/oauth/authorize": (request) => {
        const query = new URL(request.url).searchParams;
        asked.push(query);
        const code = crypto.randomUUID();
        codes.set(code, { challenge: query.get("code_challenge")!, redirectUri: query.get("redirect_uri")!, account: github.account });
        const back = new URL(query.get("redirect_uri")!);
        back.searchParams.set("code", code);
        back.searchParams.set("state", query.get("state")!);
        return Response.redirect(back.href, 302);
      },
      "/login/oauth/access_token": async (request) => {
        const form = new URLSearchParams(await request.text());
        const authorization = codes.get(form.get("code") ?? "");
        codes.delete(form.get("code") ?? "");
        const challenge = createHash("sha256")
          .update(form.get("code_verifier") ?? "")
          .digest("base64url");
        const isRight =
          form.get("client_id") === "github-client" &&
          form.get("client_secret") === "canary-github-secret" &&
          authorization?.challenge === challenge &&
          authorization.redirectUri === form.get("redirect_uri");
        // GitHub answers a refusal with 200.
        if (!isRight)
          return Response.json({ error: "bad_verification_code", error_description: "canary: the code is incorrect or expired." });
        const token = `gho_${crypto.randomUUID()}`;
        tokens.set(token, authorization!.account);
        return Response.json({ access_token: token, token_type: "bearer", scope: "read:user,user:email" });
      },
      "/api/v3/user": (request) => answer(request, ({ emails: _, ...user }) => user),
      "/api/v3/user/emails": (request) => answer(request, ({ emails }) => emails),
    },
  });

  function answer(request: Request, read: (account: GitHubAccount) => unknown): Response {
    if (github.outage) return github.outage();
    const account = tokens.get(request.headers.get("authorization")?.replace(/^Bearer /, "") ?? "");
    if (!account || !request.headers.get("user-agent")) return Response.json({ message: "Bad credentials" }, { status: 401 });
    return Response.json(read(account));
  }

  const url = `http://127.0.0.1:${server.port}`;
  return Object.assign(github, {
    env: {
      AUTH_GITHUB_CLIENT_ID: "github-client",
      AUTH_GITHUB_CLIENT_SECRET: "canary-github-secret",
      AUTH_GITHUB_BASE_URL: url,
      AUTH_GITHUB_API_URL: `${url}/api/v3`,
    },
    [Symbol.dispose]: () => void server.stop(true),
  });
}
