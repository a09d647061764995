import { z } from "zod";
import type { Database } from "@/database/database";
import { clientAddress } from "@/http/client-address";
import { doc, resource } from "@/http/resource";
import { AppError } from "@/platform/app-error";
import type { AuditLog } from "./audit-log";
import type { LoginAnswers } from "./login-answers";
import type { OAuthClient } from "./oauth-client";
import type { createSignInWithProvider } from "./sign-in-with-provider";

const StartQuery = z.object({ setup_token: z.string().max(200).optional() });

type Parts = {
  db: Database;
  oauth: () => Promise<OAuthClient>;
  signInWithProvider: ReturnType<typeof createSignInWithProvider>;
  loginAnswers: LoginAnswers;
  auditLog: AuditLog;
};

/** Signing in at a provider. People come here by links and not by scripts, so that browsers are sent back to a page when it fails. */
export const oauthRoutes = ({ db, oauth, signInWithProvider, loginAnswers, auditLog }: Parts, prefix: "/api/auth" | "/v1/auth") => {
  const suffix = prefix === "/v1/auth" ? "V1" : "";

  async function finish(request: Request, provider: string): Promise<Response> {
    const address = clientAddress(request);
    const client = await oauth();
    const { profile, setupToken } = await client.finish(provider, new URL(request.url).searchParams, request.headers.get("cookie"));
    const ticket = await db.transact((tx) => signInWithProvider(tx, profile, { setupToken, address }));
    const response = await loginAnswers.redirect(ticket, "/");
    response.headers.append("set-cookie", client.forget(provider));
    return response;
  }

  return resource(prefix as "/api/auth", "auth")
    .get(
      "/oauth/:provider",
      async ({ params, query, request }) => {
        try {
          const { location, cookie } = await (await oauth()).begin(params.provider, query.setup_token ?? null);
          return new Response(null, { status: 303, headers: { location, "set-cookie": cookie, "cache-control": "no-store" } });
        } catch (error) {
          return toSignInPage(error, request);
        }
      },
      {
        query: StartQuery,
        detail: doc({
          operationId: `startOAuth${suffix}`,
          summary: "Go to an OAuth provider to sign in",
          description: "`setup_token` is that of the link which a new server prints: with it the first account is made.",
          answers: { 303: null },
          isPublic: true,
        }),
      },
    )
    .get(
      "/callback/:provider",
      async ({ params, request }) => {
        try {
          return await finish(request, params.provider);
        } catch (error) {
          if (error instanceof AppError && error.kind !== "not_found")
            auditLog.count({
              action: "oauth.failed",
              address: clientAddress(request),
              detail: { provider: params.provider, reason: error.code },
            });
          return toSignInPage(error, request);
        }
      },
      {
        detail: doc({
          operationId: `finishOAuth${suffix}`,
          summary: "Where an OAuth provider sends people back",
          description:
            "Answers 400 to what does not belong to a sign-in of this browser. A browser that navigates here is sent to `/sign-in?error=<code>` instead.",
          answers: { 303: null },
          isPublic: true,
        }),
      },
    );
};

/** Nothing but a browser in which someone looks at the answer asks for a page; anything else gets the error itself. */
function toSignInPage(error: unknown, { headers }: Request): Response {
  if (!isLookedAt(headers) || !(error instanceof AppError) || error.kind === "not_found") throw error;
  return new Response(null, { status: 303, headers: { location: `/sign-in?error=${error.code}`, "cache-control": "no-store" } });
}

/** Over plain http browsers say only to this very machine what they want an answer for; elsewhere, that they take a page is all there is. */
function isLookedAt(headers: Headers): boolean {
  const mode = headers.get("sec-fetch-mode");
  if (mode === null) return /\btext\/html\b/.test(headers.get("accept") ?? "");
  return mode === "navigate" && headers.get("sec-fetch-dest") === "document";
}
