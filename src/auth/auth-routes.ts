import { z } from "zod";
import { User } from "@/domain/user";
import { clientAddress } from "@/http/client-address";
import { errorAnswer } from "@/http/errors";
import type { Once } from "@/http/once";
import type { RateLimits } from "@/http/rate-limits";
import { doc, resource } from "@/http/resource";
import { AppError } from "@/platform/app-error";
import type { Ticket } from "./begin-login";
import type { CreateAccount } from "./create-account";
import type { EndLogin } from "./end-login";
import type { LoginAnswers } from "./login-answers";
import { type LoginCookies, refreshCookieOf } from "./login-cookies";
import { Tokens } from "./login-tokens";
import type { RefreshLogin } from "./refresh-login";
import { actorOf } from "./request-actor";
import type { Proven, SignIn } from "./sign-in";

const AuthConfig = z
  .object({
    mode: z.enum(["none", "admin", "full"]),
    password_auth_enabled: z.boolean(),
    oauth_providers: z.array(z.string()),
    signup_enabled: z.boolean(),
    setup_required: z
      .boolean()
      .meta({ description: "There is no account yet, and the first is made with the link that the server printed." }),
  })
  .meta({ id: "AuthConfig" });
type AuthConfig = z.infer<typeof AuthConfig>;

const Login = z.object({ email: z.string().max(320), password: z.string().max(1000) }).meta({ id: "Login" });
const Register = z
  .object({
    email: z.email().max(320),
    password: z.string().min(8).max(1000),
    name: z.string().trim().min(1).max(255),
    setup_token: z
      .string()
      .max(200)
      .nullish()
      .meta({ description: "Of the link that a new server prints: with it the first account is made." }),
  })
  .meta({ id: "Register" });
const Refresh = z.object({ refresh_token: z.string().max(10_000).nullish() }).meta({ id: "Refresh" });

type Parts = {
  config: Omit<AuthConfig, "setup_required">;
  isSetupRequired: () => Promise<boolean>;
  signIn: SignIn;
  createAccount: CreateAccount;
  refreshLogin: RefreshLogin;
  endLogin: EndLogin;
  answers: LoginAnswers;
  cookies: LoginCookies;
  once: Once;
  rateLimits: Pick<RateLimits, "login" | "register">;
};

/** Signing in and out, and who is signed in. In mode none there are no accounts: everyone who reaches the server is the local user. */
export const authRoutes = (parts: Parts, prefix: "/api/auth" | "/v1/auth") => {
  const { config, isSetupRequired, signIn, createAccount, refreshLogin, endLogin, answers, cookies, once, rateLimits } = parts;
  const suffix = prefix === "/v1/auth" ? "V1" : "";

  /** With an `Idempotency-Key` what is kept is the login, which the same pair of tokens is signed from again, and the password's hash. */
  async function answerOnce(request: Request, email: string, { proof, begin }: Proven, status: 200 | 201): Promise<Response> {
    const kept = await once({ request, actor: STRANGER, body: { email, proof } }, status, begin);
    const response = await answers.json((await kept.json()) as Ticket, status);
    if (kept.headers.has("idempotent-replayed")) response.headers.set("idempotent-replayed", "true");
    return response;
  }

  /** Cookies that are no good any more are taken back, so that a browser does not come with them again. */
  function withoutCookies(error: unknown): Response {
    if (!(error instanceof AppError) || error.kind !== "unauthorized") throw error;
    const response = errorAnswer(error);
    cookies.clear(response.headers);
    return response;
  }

  return resource(prefix as "/api/auth", "auth")
    .get("/config", async (): Promise<AuthConfig> => ({ ...config, setup_required: await isSetupRequired() }), {
      detail: doc({
        operationId: `getAuthConfig${suffix}`,
        summary: "How one signs in here",
        answers: { 200: AuthConfig },
        isPublic: true,
      }),
    })
    .post(
      "/login",
      async ({ body, request }) => {
        refuseWithoutPasswords(config);
        const address = clientAddress(request);
        const giveBack = rateLimits.login(address, body.email);
        const proven = await signIn(body, address);
        giveBack();
        return answerOnce(request, body.email, proven, 200);
      },
      {
        body: Login,
        detail: doc({
          operationId: `login${suffix}`,
          summary: "Sign in with email and password",
          answers: { 200: Tokens },
          isPublic: true,
        }),
      },
    )
    .post(
      "/register",
      async ({ body, request }) => {
        refuseWithoutPasswords(config);
        if (!config.signup_enabled) throw new AppError("forbidden", "Nobody can sign up here: ask an admin", { code: "signup_disabled" });
        rateLimits.register(clientAddress(request));
        const came = { address: clientAddress(request), isRepeated: request.headers.has("idempotency-key") };
        const register = async () => answerOnce(request, body.email, await createAccount(body, came), 201);
        // Of two that ask the same at once, the second hashed its password before the first had kept its own: now it is there to compare.
        return register().catch((error: unknown) => {
          if (error instanceof AppError && error.kind === "idempotency_mismatch") return register();
          throw error;
        });
      },
      {
        body: Register,
        detail: doc({
          operationId: `register${suffix}`,
          summary: "Make an account",
          description:
            "The first account of a server is an admin's; where other machines reach the server, it needs the `setup_token` of the link that the server printed. Signs it in: sets both cookies too. With an `Idempotency-Key` the same login is answered again.",
          answers: { 201: Tokens },
          isPublic: true,
        }),
      },
    )
    .post(
      "/refresh",
      async ({ body, request }) => {
        if (config.mode === "none") throw noAccounts();
        const token = body.refresh_token ?? refreshCookieOf(request);
        return refreshLogin(token, clientAddress(request)).then((ticket) => answers.json(ticket, 200), withoutCookies);
      },
      {
        body: Refresh,
        detail: doc({
          operationId: `refresh${suffix}`,
          summary: "Exchange a refresh token for a new pair",
          description:
            "The token of the body, else of the cookie. Works once; the token before the newest gets the same pair again for 10 seconds, so that an answer that was lost, or two tabs at once, do no harm (an `Idempotency-Key` adds nothing). Any older one ends the whole login.",
          answers: { 200: Tokens },
          isPublic: true,
        }),
      },
    )
    .post(
      "/logout",
      ({ request }) =>
        endLogin(request).then(() => {
          const response = new Response(null, { status: 204 });
          cookies.clear(response.headers);
          return response;
        }, withoutCookies),
      {
        detail: doc({
          operationId: `logout${suffix}`,
          summary: "Sign out",
          description: "Ends the login of the access token, or of the refresh cookie where that is over, and clears both cookies.",
          answers: { 204: null },
        }),
      },
    )
    .get("/me", ({ request }) => actorOf(request).user, {
      detail: doc({ operationId: `getMe${suffix}`, summary: "Who is signed in", answers: { 200: User } }),
    });
};

/** Whoever is signing in is nobody yet. */
const STRANGER = { user: { id: "stranger" } };

function refuseWithoutPasswords({ mode, password_auth_enabled }: Parts["config"]): void {
  if (mode === "none") throw noAccounts();
  if (!password_auth_enabled)
    throw new AppError("forbidden", "Passwords are off here: sign in with one of the providers", { code: "password_disabled" });
}

const noAccounts = () =>
  new AppError("forbidden", "This server runs without accounts (auth mode none): nothing needs signing in", { code: "auth_disabled" });
