import type { AgentStore } from "@/agents/agent-store";
import { accountRoutes } from "@/auth/account-routes";
import { apiKeyRoutes } from "@/auth/api-key-routes";
import { createApiKeyStore } from "@/auth/api-key-store";
import { auditEventRoutes } from "@/auth/audit-event-routes";
import { createAuditLog } from "@/auth/audit-log";
import { authRoutes } from "@/auth/auth-routes";
import { authenticateLocally, createAuthenticate, createRenewActor } from "@/auth/authenticate";
import { createBeginLogin } from "@/auth/begin-login";
import { createChangeAccount } from "@/auth/change-account";
import { createNewAccount } from "@/auth/create-account";
import { createEndLogin } from "@/auth/end-login";
import { createFirstAdmin } from "@/auth/first-admin";
import { createHoldRights } from "@/auth/hold-rights";
import { createIdentityStore } from "@/auth/identity-store";
import { createLoginAnswers } from "@/auth/login-answers";
import { createLoginCookies } from "@/auth/login-cookies";
import { loginRoutes } from "@/auth/login-routes";
import { createLoginStore } from "@/auth/login-store";
import { createLoginTokens } from "@/auth/login-tokens";
import { createMakeResetLink } from "@/auth/make-reset-link";
import { createNoteUse } from "@/auth/note-use";
import type { OAuthClient } from "@/auth/oauth-client";
import { oauthRoutes } from "@/auth/oauth-routes";
import { createOneTimeLinkStore } from "@/auth/one-time-link-store";
import { createRefuseForeignPage } from "@/auth/own-origin";
import { createPasswords } from "@/auth/passwords";
import { createRefreshLogin } from "@/auth/refresh-login";
import { createResetPassword } from "@/auth/reset-password";
import { createRights } from "@/auth/rights";
import { settleAdmin } from "@/auth/settle-admin";
import { createSignIn } from "@/auth/sign-in";
import { createSignInWithProvider } from "@/auth/sign-in-with-provider";
import type { Signer } from "@/auth/signer";
import { createUserStore } from "@/auth/user-store";
import { createIsWelcome } from "@/auth/welcome";
import { type Config, isLoopback } from "@/config";
import { publicUrlOf } from "@/config/public-url";
import type { Database } from "@/database/database";
import type { Once } from "@/http/once";
import type { RateLimits } from "@/http/rate-limits";
import type { Clock } from "@/platform/clock";
import type { Logger } from "@/platform/logger";
import type { SecretBox } from "@/platform/secrets";
import type { SessionStore } from "@/sessions/session-store";
import { createCreateUser } from "@/users/create-user";
import { createManagedUsers } from "@/users/managed-users";
import { createRemoveUser } from "@/users/remove-user";
import { createUpdateUser } from "@/users/update-user";
import { userRoutes } from "@/users/user-routes";

type Parts = {
  db: Database;
  clock: Clock;
  config: Config;
  /** Known only once the socket is open. */
  port: () => number;
  logger: Logger;
  signer: Signer;
  secrets: SecretBox;
  once: Once;
  rateLimits: RateLimits;
  agents: AgentStore;
  sessions: SessionStore;
  /** Ends what is open for a session that is gone. */
  forget: (sessionId: string) => void;
};

/** Everything about who asks: accounts, logins, keys, signing in with others, and what of it is told to the audit log. */
export function createAccounts({ db, clock, config, port, logger, signer, secrets, once, rateLimits, agents, sessions, forget }: Parts) {
  const { auth, authMode } = config;
  const rights = createRights();
  const users = createUserStore(db, clock, rights);
  const logins = createLoginStore(db, clock, rights, auth);
  const apiKeys = createApiKeyStore(db, clock, rights);
  const identities = createIdentityStore(db, clock);
  const links = createOneTimeLinkStore(db, clock);
  const auditLog = createAuditLog(db, clock);
  const passwords = createPasswords();

  const isWelcome = createIsWelcome({ mode: authMode, adminEmail: auth.admin?.email });
  const refuseForeignPage = createRefuseForeignPage({ ...config, allowedOrigins: config.security.allowedOrigins });
  const noteUse = createNoteUse({ db, apiKeys, clock });
  const tokens = createLoginTokens({ signer, ...auth });
  const cookies = createLoginCookies({ isSecure: config.baseUrl.startsWith("https:"), ...auth });
  const answers = createLoginAnswers({ tokens, cookies });
  const authenticate =
    authMode === "none" ? authenticateLocally : createAuthenticate({ db, logins, apiKeys, tokens, isWelcome, refuseForeignPage, noteUse });
  const renewActor = createRenewActor({ db, clock, logins, apiKeys, isWelcome });

  const beginLogin = createBeginLogin({ logins, isWelcome });
  const publicUrl = new URL(config.baseUrl);
  // TLS on another name than this machine's own is a proxy that lets others in.
  const isBehindProxy = publicUrl.protocol === "https:" && !isLoopback(publicUrl.hostname);
  const isReachable = auth.isSignupEnabled && (!isLoopback(config.host) || isBehindProxy);
  const firstAdmin = createFirstAdmin({ users, links, auditLog, isReachable });
  // Loaded when someone comes who needs it: most servers never do.
  let oauthClient: Promise<OAuthClient> | undefined;
  const oauth = () => {
    oauthClient ??= import("@/auth/oauth-client").then(({ createOAuthClient }) =>
      createOAuthClient({ settings: auth.oauth, secrets, clock }),
    );
    return oauthClient;
  };
  const signingIn = {
    config: {
      mode: authMode,
      password_auth_enabled: auth.isPasswordEnabled,
      oauth_providers: Object.keys(auth.oauth),
      signup_enabled: auth.isSignupEnabled,
    },
    isSetupRequired: () => db.read(() => firstAdmin.isAwaited(db)),
    signIn: createSignIn({ db, users, passwords, isWelcome, beginLogin, auditLog }),
    createAccount: createNewAccount({ db, users, passwords, beginLogin, firstAdmin, auditLog }),
    refreshLogin: createRefreshLogin({ db, logins, tokens, isWelcome, auditLog, rateLimits, logger }),
    endLogin: createEndLogin({ db, logins, tokens, authenticate, auditLog }),
    answers,
    cookies,
    once,
    rateLimits,
  };
  const signingInElsewhere = {
    db,
    oauth,
    signInWithProvider: createSignInWithProvider({
      users,
      identities,
      firstAdmin,
      beginLogin,
      auditLog,
      isSignupOpen: auth.isSignupEnabled,
    }),
    loginAnswers: answers,
    auditLog,
  };
  const ownAccount = {
    changeAccount: createChangeAccount({ db, users, logins, links, passwords, auditLog }),
    resetPassword: createResetPassword({ db, users, logins, links, passwords, auditLog }),
    hasOwnAccounts: authMode === "full",
    isPasswordEnabled: auth.isPasswordEnabled,
  };

  const managedUsers = createManagedUsers({ users, identities });
  const makeResetLink = createMakeResetLink({ links, auditLog, publicUrl: () => publicUrlOf(config, port()) });
  const createUser = createCreateUser({ users, managedUsers, makeResetLink, auditLog });
  const updateUser = createUpdateUser({ users, managedUsers, logins, links, auditLog });
  const removeUser = createRemoveUser({ users, agents, sessions, auditLog, forget });

  return {
    auditLog,
    authenticate,
    /** For what stays open after its request was let in. */
    holdRights: createHoldRights({ rights, clock, renewActor }),

    routes: [
      ...(["/api/auth", "/v1/auth"] as const).flatMap((prefix) => [
        authRoutes(signingIn, prefix),
        oauthRoutes(signingInElsewhere, prefix),
        accountRoutes(ownAccount, prefix),
        loginRoutes({ db, logins, auditLog }, prefix),
        apiKeyRoutes({ db, clock, apiKeys, auditLog, once }, prefix),
      ]),
      userRoutes({ db, users, managedUsers, createUser, updateUser, removeUser, makeResetLink, once }),
      auditEventRoutes({ db, auditLog }),
    ],

    /** Answers the token of the link with which the first account is made, where that needs one. */
    async start(): Promise<string | null> {
      await db.transact((tx) => users.ensureLocalUser(tx));
      if (auth.admin) await settleAdmin({ db, users, logins, passwords, auditLog, logger }, auth.admin);
      return db.transact((tx) => firstAdmin.invite(tx));
    },

    /** Called now and then: keeps what was counted, and forgets what is over. */
    async tidy(): Promise<void> {
      await auditLog.flush();
      await db.transact(function* (tx) {
        yield* links.prune(tx);
        yield* auditLog.prune(tx);
      });
    },
  };
}
