import { z } from "zod";
import type { Database } from "@/database/database";
import { ApiKey, CreateApiKey, NewApiKey } from "@/domain/api-key";
import { User } from "@/domain/user";
import { EnvelopeQuery, envelope, listOf, pageOf } from "@/http/lists";
import type { Once } from "@/http/once";
import { doc, resource } from "@/http/resource";
import { AppError, notFound } from "@/platform/app-error";
import type { ApiKeyStore } from "./api-key-store";
import { Tokens } from "./login-tokens";
import { actorOf } from "./request-actor";

const AuthConfig = z
  .object({
    mode: z.enum(["none", "admin", "full"]),
    password_auth_enabled: z.boolean(),
    oauth_providers: z.array(z.string()),
    signup_enabled: z.boolean(),
  })
  .meta({ id: "AuthConfig" });

const Login = z.object({ email: z.string().max(320), password: z.string().max(1000) }).meta({ id: "Login" });
const Register = z
  .object({ email: z.email().max(320), password: z.string().min(8).max(1000), name: z.string().trim().min(1).max(255) })
  .meta({ id: "Register" });
const Refresh = z.object({ refresh_token: z.string().max(10_000).nullish() }).meta({ id: "Refresh" });

const noAccounts = () =>
  new AppError("forbidden", "This server runs without accounts (auth mode none): nothing needs signing in", { code: "auth_disabled" });

/** Signing in, and the caller's own account. In mode none there are no accounts: everyone who reaches the server is the local user. */
export const authRoutes = ({ db, apiKeys, once }: { db: Database; apiKeys: ApiKeyStore; once: Once }, prefix: "/api/auth" | "/v1/auth") => {
  const suffix = prefix === "/v1/auth" ? "V1" : "";
  return resource(prefix as "/api/auth", "auth")
    .get("/config", () => ({ mode: "none", password_auth_enabled: false, oauth_providers: [], signup_enabled: false }) as const, {
      detail: doc({
        operationId: `getAuthConfig${suffix}`,
        summary: "How one signs in here",
        answers: { 200: AuthConfig },
        isPublic: true,
      }),
    })
    .post("/login", () => Promise.reject(noAccounts()), {
      body: Login,
      detail: doc({ operationId: `login${suffix}`, summary: "Sign in with email and password", answers: { 200: Tokens }, isPublic: true }),
    })
    .post("/register", () => Promise.reject(noAccounts()), {
      body: Register,
      detail: doc({ operationId: `register${suffix}`, summary: "Make an account", answers: { 201: Tokens }, isPublic: true }),
    })
    .post("/refresh", () => Promise.reject(noAccounts()), {
      body: Refresh,
      detail: doc({
        operationId: `refresh${suffix}`,
        summary: "Exchange a refresh token for a new pair",
        answers: { 200: Tokens },
        isPublic: true,
      }),
    })
    .post("/logout", ({ status }) => status(204, undefined), {
      detail: doc({ operationId: `logout${suffix}`, summary: "Sign out", answers: { 204: null }, isPublic: true }),
    })
    .get("/oauth/:provider", () => Promise.reject(notFound("OAuth provider")), {
      detail: doc({
        operationId: `startOAuth${suffix}`,
        summary: "Go to an OAuth provider to sign in",
        answers: { 303: null },
        isPublic: true,
      }),
    })
    .get("/callback/:provider", () => Promise.reject(notFound("OAuth provider")), {
      detail: doc({
        operationId: `finishOAuth${suffix}`,
        summary: "Where an OAuth provider sends people back",
        answers: { 303: null },
        isPublic: true,
      }),
    })
    .get("/me", ({ request }) => actorOf(request).user, {
      detail: doc({ operationId: `getMe${suffix}`, summary: "Who is signed in", answers: { 200: User } }),
    })
    .get(
      "/api-keys",
      async ({ query, request }) => {
        const page = pageOf(await db.read(() => apiKeys.list(db, actorOf(request).user.id)), query);
        return query.envelope === "true" ? envelope(page, query) : page.items;
      },
      {
        query: EnvelopeQuery,
        detail: doc({
          operationId: `listApiKeys${suffix}`,
          summary: "List the caller's API keys, newest first",
          answers: { 200: z.union([z.array(ApiKey), listOf("ApiKey", ApiKey)]) },
        }),
      },
    )
    .post(
      "/api-keys",
      ({ body, request }) => {
        const actor = actorOf(request);
        return once({ request, actor, body, isSecret: true }, 201, (tx) => apiKeys.create(tx, actor.user.id, body));
      },
      {
        body: CreateApiKey,
        detail: doc({ operationId: `createApiKey${suffix}`, summary: "Make an API key; it is shown once", answers: { 201: NewApiKey } }),
      },
    )
    .delete(
      "/api-keys/:key_id",
      async ({ params, request, status }) => {
        const { user } = actorOf(request);
        await db.transact((tx) => apiKeys.remove(tx, user.id, params.key_id));
        return status(204, undefined);
      },
      {
        detail: doc({
          operationId: `deleteApiKey${suffix}`,
          summary: "Delete an API key; it stops working at once",
          answers: { 204: null },
        }),
      },
    );
};
