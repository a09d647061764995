import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { ApiError, api } from "@/ui/api/client";
import { meQuery, queryClient } from "@/ui/api/queries";
import { Button, buttonClasses } from "@/ui/parts/button";
import { TextField } from "@/ui/parts/field";
import { errorAt, errorBeside } from "@/ui/parts/field-errors";
import { Outcome } from "@/ui/parts/outcome";
import { SignInFrame } from "./sign-in-frame";

/** Where a link leads with which someone chooses a password: an admin's for a new account, or for one whose password is forgotten. */
export function ResetPassword() {
  const [token] = useState(() => new URLSearchParams(location.search).get("token") ?? "");
  const [password, setPassword] = useState("");
  const { mutate, isPending, isSuccess, error } = useMutation({
    mutationFn: () => api.post("/api/auth/reset-password", { token, password }),
    // It was signed out everywhere: what stands in this browser may be over.
    onSuccess: () => queryClient.resetQueries(meQuery()),
  });
  const toSignIn = (
    <Link to="/" className={buttonClasses(isSuccess ? "primary" : "plain", "h-10! w-full")}>
      To the sign-in
    </Link>
  );
  if (isSuccess)
    return (
      <SignInFrame title="Your password is set">
        <Outcome kind="ok">Sign in with it. Wherever you were signed in before, you are signed out.</Outcome>
        {toSignIn}
      </SignInFrame>
    );
  const isEnded = token === "" || (error instanceof ApiError && error.code === "reset_link_ended");
  if (isEnded)
    return (
      <SignInFrame title="This link has ended">
        <Outcome kind="failure">
          {token === ""
            ? "A part of the address is missing: open the link as it was given to you, or ask an admin for a new one."
            : "It was used, or a newer one was made, or its day is over. Ask an admin for a new one."}
        </Outcome>
        {toSignIn}
      </SignInFrame>
    );
  const words = errorBeside(error, ["password"]);
  return (
    <SignInFrame title="Choose a password" description="This link works once.">
      <form
        className="grid grid-cols-1 gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          mutate();
        }}
      >
        <TextField
          label="New password"
          type="password"
          autoComplete="new-password"
          required
          minLength={8}
          hint="At least 8 characters."
          value={password}
          error={errorAt(error, "password")}
          onChange={({ target }) => setPassword(target.value)}
        />
        {words && <Outcome kind="failure">{words}</Outcome>}
        <Button type="submit" look="primary" className="h-10" isBusy={isPending}>
          Set the password
        </Button>
      </form>
    </SignInFrame>
  );
}
