import { apiKeyRoutes } from "@/auth/api-key-routes";
import { createApiKeyStore } from "@/auth/api-key-store";
import { authRoutes } from "@/auth/auth-routes";
import { authenticateLocally, createAuthenticate, createRenewActor } from "@/auth/authenticate";
import { createBeginLogin } from "@/auth/begin-login";
import { createNewAccount } from "@/auth/create-account";
import { createEndLogin } from "@/auth/end-login";
import { createHoldRights } from "@/auth/hold-rights";
import { createLoginAnswers } from "@/auth/login-answers";
import { createLoginCookies } from "@/auth/login-cookies";
import { createLoginStore } from "@/auth/login-store";
import { createLoginTokens } from "@/auth/login-tokens";
import { createNoteUse } from "@/auth/note-use";
import { createRefuseForeignPage } from "@/auth/own-origin";
import { createPasswords } from "@/auth/passwords";
import { createRefreshLogin } from "@/auth/refresh-login";
import { createRights } from "@/auth/rights";
import { settleAdmin } from "@/auth/settle-admin";
import { createSignIn } from "@/auth/sign-in";
import type { Signer } from "@/auth/signer";
import { createUserStore } from "@/auth/user-store";
import { createIsWelcome } from "@/auth/welcome";
import type { Config } from "@/config";
import type { Database } from "@/database/database";
import type { Once } from "@/http/once";
import type { Clock } from "@/platform/clock";
import type { Logger } from "@/platform/logger";

type Parts = { db: Database; clock: Clock; config: Config; logger: Logger; signer: Signer; once: Once };

/** Everything about who asks: accounts, logins, keys. Reads from top to bottom, as `app.ts` does. */
export function createAccounts({ db, clock, config, logger, signer, once }: Parts) {
  const { auth, authMode } = config;
  const rights = createRights();
  const users = createUserStore(db, clock, rights);
  const logins = createLoginStore(db, clock, rights, auth);
  const apiKeys = createApiKeyStore(db, clock, rights);

  const isWelcome = createIsWelcome({ mode: authMode, adminEmail: auth.admin?.email });
  const passwords = createPasswords();
  const tokens = createLoginTokens({ signer, ...auth });
  const cookies = createLoginCookies({ isSecure: config.baseUrl.startsWith("https:"), ...auth });
  const beginLogin = createBeginLogin({ logins, isWelcome });
  const refuseForeignPage = createRefuseForeignPage(config);
  const noteUse = createNoteUse({ db, apiKeys, clock });
  const authenticate =
    authMode === "none" ? authenticateLocally : createAuthenticate({ db, logins, apiKeys, tokens, isWelcome, refuseForeignPage, noteUse });
  const renewActor = createRenewActor({ db, clock, logins, apiKeys, isWelcome });
  const holdRights = createHoldRights({ rights, clock, renewActor });
  const signingIn = {
    config: {
      mode: authMode,
      password_auth_enabled: auth.isPasswordEnabled,
      oauth_providers: Object.keys(auth.oauth),
      signup_enabled: auth.isSignupEnabled,
    },
    signIn: createSignIn({ db, users, passwords, isWelcome, beginLogin }),
    createAccount: createNewAccount({ db, users, passwords, beginLogin }),
    refreshLogin: createRefreshLogin({ db, logins, tokens, isWelcome, logger }),
    endLogin: createEndLogin({ db, logins, tokens, authenticate }),
    answers: createLoginAnswers({ tokens, cookies }),
    cookies,
    once,
  };

  return {
    authenticate,
    /** For what stays open after its request was let in. */
    holdRights,

    routes: (["/api/auth", "/v1/auth"] as const).flatMap((prefix) => [
      authRoutes(signingIn, prefix),
      apiKeyRoutes({ db, clock, apiKeys, once }, prefix),
    ]),

    async start(): Promise<void> {
      await db.transact((tx) => users.ensureLocalUser(tx));
      if (auth.admin) await settleAdmin({ db, users, logins, passwords, logger }, auth.admin);
    },
  };
}
