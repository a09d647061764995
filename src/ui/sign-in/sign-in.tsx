import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, wordsOf } from "@/ui/api/client";
import { authConfigQuery, queryClient } from "@/ui/api/queries";
import icon from "@/ui/icon.svg";
import { Button, buttonClasses } from "@/ui/parts/button";
import { ErrorState } from "@/ui/parts/error-state";
import { TextField } from "@/ui/parts/field";
import { Loading } from "@/ui/parts/loading";
import { useTitle } from "@/ui/platform/use-title";

const PROVIDERS: Record<string, string> = { google: "Google", github: "GitHub" };

/** Where one signs in, or makes an account; shown in the place of every page to whoever is not signed in. */
export function SignIn() {
  const { data: config, error, refetch } = useQuery(authConfigQuery());
  const [isNew, setIsNew] = useState(false);
  useTitle("Sign in");
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!config) return <Loading />;
  return (
    <main className="grid h-full place-items-center overflow-y-auto px-5 py-10">
      <div className="w-full max-w-sm">
        <img src={icon} alt="" className="mb-5 size-11 rounded-xl ring-1 ring-line" />
        <h1 className="mb-6 font-semibold text-2xl tracking-tight">{isNew ? "Make an account" : "Sign in to Everruns"}</h1>
        {config.password_auth_enabled && <PasswordForm key={String(isNew)} isNew={isNew} />}
        {config.oauth_providers.length > 0 && (
          <ul className="mt-4 grid gap-2">
            {config.oauth_providers.map((name) => (
              <li key={name}>
                <a href={`/api/auth/oauth/${name}`} className={buttonClasses("plain", "w-full")}>
                  {`Continue with ${PROVIDERS[name] ?? name}`}
                </a>
              </li>
            ))}
          </ul>
        )}
        {config.signup_enabled && config.password_auth_enabled && (
          <p className="mt-6 text-muted text-sm">
            {isNew ? "You have an account? " : "You are new here? "}
            <button type="button" className="text-accent underline underline-offset-4" onClick={() => setIsNew(!isNew)}>
              {isNew ? "Sign in" : "Make an account"}
            </button>
          </p>
        )}
      </div>
    </main>
  );
}

function PasswordForm({ isNew }: { isNew: boolean }) {
  const [given, setGiven] = useState({ name: "", email: "", password: "" });
  const { mutate, isPending, error } = useMutation({
    mutationFn: () =>
      isNew ? api.post("/api/auth/register", given) : api.post("/api/auth/login", { email: given.email, password: given.password }),
    onSuccess: () => queryClient.resetQueries(),
  });
  const field = (name: keyof typeof given) => ({
    value: given[name],
    required: true,
    onChange: ({ target }: { target: HTMLInputElement }) => setGiven({ ...given, [name]: target.value }),
  });
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        mutate();
      }}
    >
      {isNew && <TextField label="Name" autoComplete="name" {...field("name")} />}
      <TextField label="Email" type="email" autoComplete="username" {...field("email")} />
      <TextField
        label="Password"
        type="password"
        autoComplete={isNew ? "new-password" : "current-password"}
        minLength={isNew ? 8 : undefined}
        hint={isNew ? "At least 8 characters." : undefined}
        {...field("password")}
      />
      {error && (
        <p role="alert" className="rounded-xl bg-danger-soft px-4 py-3 text-danger text-sm">
          {wordsOf(error)}
        </p>
      )}
      <Button type="submit" look="primary" className="h-10" isBusy={isPending}>
        {isNew ? "Make the account" : "Sign in"}
      </Button>
    </form>
  );
}
