import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { type AuthConfig, authConfigQuery } from "@/ui/api/queries";
import { ErrorState } from "@/ui/parts/error-state";
import { Loading } from "@/ui/parts/loading";
import { Notices } from "@/ui/parts/notices";
import { Outcome } from "@/ui/parts/outcome";
import { PasswordForm } from "./password-form";
import { ProviderLinks } from "./provider-links";
import { refusalWords } from "./refusal-words";
import { SignInFrame } from "./sign-in-frame";

/** Where one signs in, or makes an account; shown in the place of every page to whoever is not signed in. */
export function SignIn() {
  const { data: config, error, refetch } = useQuery(authConfigQuery());
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!config) return <Loading />;
  return (
    <>
      <Ways config={config} />
      <Notices />
    </>
  );
}

function Ways({ config }: { config: AuthConfig }) {
  const navigate = useNavigate();
  const query = new URLSearchParams(location.search);
  const isSetup = location.pathname === "/setup";
  const token = query.get("token") ?? "";
  const [refusal, setRefusal] = useState(() => (location.pathname === "/sign-in" ? query.get("error") : null));
  const [isNew, setIsNew] = useState(isSetup && config.setup_required);
  if (config.setup_required && (!isSetup || token === "")) return <NotSetUp />;
  const hasPasswords = config.password_auth_enabled;
  const hasProviders = config.oauth_providers.length > 0;
  const setupToken = config.setup_required ? token : null;
  const turn = () => {
    setIsNew(!isNew);
    if (refusal === null) return;
    setRefusal(null);
    void navigate({ to: "/sign-in", replace: true });
  };
  return (
    <SignInFrame
      title={setupToken !== null ? "Make the first account" : isNew ? "Make an account" : "Sign in to Everruns"}
      description={setupToken !== null && "It is an administrator's. The link that brought you here works once."}
    >
      {refusal !== null && <Outcome kind="failure">{refusalWords(refusal)}</Outcome>}
      {isSetup && setupToken === null && <Outcome kind="note">The first account was made already, so that this link has ended.</Outcome>}
      {hasPasswords && <PasswordForm key={String(isNew)} isNew={isNew} setupToken={setupToken} />}
      {hasPasswords && hasProviders && (
        <p
          aria-hidden
          className="flex items-center gap-3 text-faint text-sm before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line"
        >
          or
        </p>
      )}
      <ProviderLinks providers={config.oauth_providers} setupToken={setupToken} />
      {!hasPasswords && !hasProviders && (
        <Outcome kind="note">
          There is no way to sign in: passwords are off and no provider is set. Whoever runs this server can change that.
        </Outcome>
      )}
      {config.signup_enabled && hasPasswords && setupToken === null && (
        <p className="mt-2 text-muted text-sm">
          {isNew ? "You have an account? " : "You are new here? "}
          <button type="button" className="rounded text-accent underline underline-offset-4 pointer-coarse:py-2" onClick={turn}>
            {isNew ? "Sign in" : "Make an account"}
          </button>
        </p>
      )}
      {!config.signup_enabled && config.mode === "full" && (
        <p className="mt-2 text-faint text-sm">New accounts are made by an admin, who has a link for you.</p>
      )}
    </SignInFrame>
  );
}

const NotSetUp = () => (
  <SignInFrame title="This server has no account yet">
    <p className="text-muted">
      Whoever started it makes the first one, with the link that it printed at its start. The link works once, for 30 minutes; a restart
      prints a new one.
    </p>
  </SignInFrame>
);
