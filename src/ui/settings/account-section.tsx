import { useMutation } from "@tanstack/react-query";
import type { User } from "@/domain/user";
import { api } from "@/ui/api/client";
import { type AuthConfig, meQuery, queryClient } from "@/ui/api/queries";
import { TextField } from "@/ui/parts/field";
import { errorAt } from "@/ui/parts/field-errors";
import { Form } from "@/ui/parts/form";
import { notify } from "@/ui/parts/notify";
import { Section } from "@/ui/parts/section";
import { useDraft } from "@/ui/parts/use-draft";
import { ME } from "./account-queries";
import { Facts } from "./facts";

/** Who one is here. A name can be changed where accounts are kept; the email is an admin's to give. */
export function AccountSection({ me, mode }: { me: User; mode: AuthConfig["mode"] }) {
  const role = me.roles.includes("admin") ? "Admin" : "User";
  if (mode === "none")
    return (
      <Section title="Account">
        <p className="max-w-2xl text-muted text-sm">
          This server runs without accounts: whoever uses this machine is its admin. Start it with{" "}
          <code className="code">AUTH_MODE=admin</code> or <code className="code">AUTH_MODE=full</code> to have people sign in.
        </p>
      </Section>
    );
  return (
    <Section title="Account">
      {mode === "full" ? (
        <NameForm me={me} role={role} />
      ) : (
        <Facts
          facts={[
            ["Name", me.name],
            ["Email", me.email],
            ["Role", role],
          ]}
        />
      )}
      {mode === "admin" && (
        <p className="mt-3 text-faint text-sm">The only account here, and its password, are set where the server is started.</p>
      )}
    </Section>
  );
}

function NameForm({ me, role }: { me: User; role: string }) {
  const draft = useDraft({ name: me.name });
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: () => api.patch<User>(ME, draft.fields),
    onSuccess: (saved) => {
      draft.keep({ name: saved.name });
      queryClient.setQueryData(meQuery().queryKey, saved);
      notify("Saved.");
    },
  });
  return (
    <Form
      label="Account"
      action="Save"
      isChanged={draft.isChanged}
      isSaving={isPending}
      error={error}
      fields={["name"]}
      onSave={mutate}
      onDiscard={() => {
        draft.discard();
        reset();
      }}
      request={{ request: { method: "PATCH", path: ME, body: draft.fields }, description: "Changes your name." }}
    >
      <TextField
        label="Name"
        autoComplete="name"
        maxLength={255}
        value={draft.fields.name}
        error={errorAt(error, "name")}
        onChange={({ target }) => draft.set({ name: target.value })}
      />
      <Facts
        facts={[
          ["Email", me.email],
          ["Role", role],
        ]}
      />
    </Form>
  );
}
