import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { User } from "@/domain/user";
import { ApiError, api, wordsOf } from "@/ui/api/client";
import { Button } from "@/ui/parts/button";
import { TextField } from "@/ui/parts/field";
import { errorAt } from "@/ui/parts/field-errors";
import { notify } from "@/ui/parts/notify";
import { Outcome } from "@/ui/parts/outcome";
import { Section } from "@/ui/parts/section";
import { loginsChanged, ME } from "./account-queries";

const EMPTY = { current_password: "", password: "" };

/** Changes one's own password by the one before. */
export function PasswordSection({ email }: { email: string }) {
  const form = useRef<HTMLFormElement>(null);
  const [given, setGiven] = useState(EMPTY);
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => api.patch<User>(ME, given),
    onSuccess: () => {
      setGiven(EMPTY);
      void loginsChanged();
      notify("Your password is changed. You are signed out everywhere else.");
    },
  });
  useEffect(() => {
    if (error) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [error]);
  const isWrong = error instanceof ApiError && error.code === "wrong_password";
  const current = isWrong ? "This is not your password." : errorAt(error, "current_password");
  const next = errorAt(error, "password");
  return (
    <Section title="Password" description="A new one signs you out everywhere else.">
      <form
        ref={form}
        noValidate
        aria-label="Password"
        className="grid max-w-md grid-cols-1 gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          mutate();
        }}
      >
        <input type="email" name="email" autoComplete="username" value={email} readOnly hidden />
        <TextField
          label="Password now"
          type="password"
          autoComplete="current-password"
          value={given.current_password}
          error={current}
          onChange={({ target }) => setGiven({ ...given, current_password: target.value })}
        />
        <TextField
          label="New password"
          type="password"
          autoComplete="new-password"
          hint="At least 8 characters."
          value={given.password}
          error={next}
          onChange={({ target }) => setGiven({ ...given, password: target.value })}
        />
        {error && current === undefined && next === undefined && <Outcome kind="failure">{wordsOf(error)}</Outcome>}
        <div>
          <Button type="submit" isBusy={isPending} disabled={given.current_password === "" || given.password === ""}>
            Change the password
          </Button>
        </div>
      </form>
    </Section>
  );
}
