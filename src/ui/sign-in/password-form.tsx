import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { api } from "@/ui/api/client";
import { queryClient } from "@/ui/api/queries";
import { Button } from "@/ui/parts/button";
import { TextField } from "@/ui/parts/field";
import { errorAt, errorBeside } from "@/ui/parts/field-errors";
import { Outcome } from "@/ui/parts/outcome";

const FIELDS = ["name", "email", "password"] as const;

type Props = { isNew: boolean; setupToken: string | null };

/** Signs in with an address and a password, or makes an account with them. */
export function PasswordForm({ isNew, setupToken }: Props) {
  const form = useRef<HTMLFormElement>(null);
  const [given, setGiven] = useState({ name: "", email: "", password: "" });
  const { mutate, isPending, error } = useMutation({
    mutationFn: async () => {
      if (!isNew) return api.post("/api/auth/login", { email: given.email, password: given.password });
      return api.post("/api/auth/register", { ...given, ...(setupToken === null ? {} : { setup_token: setupToken }) });
    },
    onSuccess: () => queryClient.resetQueries(),
  });
  useEffect(() => {
    if (error) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [error]);
  const field = (name: (typeof FIELDS)[number]) => ({
    value: given[name],
    required: true,
    error: isNew ? errorAt(error, name) : undefined,
    onChange: ({ target }: { target: HTMLInputElement }) => setGiven({ ...given, [name]: target.value }),
  });
  const words = errorBeside(error, isNew ? FIELDS : []);
  return (
    <form
      ref={form}
      className="grid grid-cols-1 gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        mutate();
      }}
    >
      {isNew && <TextField label="Name" autoComplete="name" maxLength={255} {...field("name")} />}
      <TextField label="Email" type="email" autoComplete="username" {...field("email")} />
      <TextField
        label="Password"
        type="password"
        autoComplete={isNew ? "new-password" : "current-password"}
        minLength={isNew ? 8 : undefined}
        hint={isNew ? "At least 8 characters." : undefined}
        {...field("password")}
      />
      {words && <Outcome kind="failure">{words}</Outcome>}
      <Button type="submit" look="primary" className="h-10" isBusy={isPending}>
        {isNew ? "Make the account" : "Sign in"}
      </Button>
    </form>
  );
}
