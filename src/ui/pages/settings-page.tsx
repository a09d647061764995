import { useQuery } from "@tanstack/react-query";
import { authConfigQuery, meQuery } from "@/ui/api/queries";
import { ErrorState } from "@/ui/parts/error-state";
import { Loading } from "@/ui/parts/loading";
import { PageFrame } from "@/ui/parts/page-frame";
import { Section } from "@/ui/parts/section";
import { Choices } from "@/ui/parts/switch";
import { setTheme, useTheme } from "@/ui/platform/theme";
import { AccountSection } from "@/ui/settings/account-section";
import { LoginsSection } from "@/ui/settings/logins-section";
import { PasswordSection } from "@/ui/settings/password-section";
import { ServerSection } from "@/ui/settings/server-section";

export function SettingsPage() {
  const { data: me, error: meError, refetch } = useQuery(meQuery());
  const { data: config, error: configError, refetch: refetchConfig } = useQuery(authConfigQuery());
  const error = (me ? null : meError) ?? (config ? null : configError);
  const retry = () => {
    void refetch();
    void refetchConfig();
  };
  if (error)
    return (
      <PageFrame title="Settings">
        <ErrorState error={error} onRetry={retry} />
      </PageFrame>
    );
  if (!me || !config) return <Loading />;
  return (
    <PageFrame title="Settings">
      <div className="max-w-3xl">
        <AccountSection me={me} mode={config.mode} />
        {config.mode === "full" && config.password_auth_enabled && <PasswordSection email={me.email} />}
        {config.mode !== "none" && <LoginsSection />}
        <Appearance />
        <ServerSection />
      </div>
    </PageFrame>
  );
}

function Appearance() {
  const theme = useTheme();
  return (
    <Section title="Appearance" description="Kept in this browser.">
      <Choices
        label="Appearance"
        value={theme}
        choices={[
          { value: "system", label: "As the system" },
          { value: "light", label: "Light" },
          { value: "dark", label: "Dark" },
        ]}
        onChange={setTheme}
      />
    </Section>
  );
}
