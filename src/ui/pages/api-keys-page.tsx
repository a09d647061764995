import { useQuery } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import type { NewApiKey as MadeKey } from "@/domain/api-key";
import { healthQuery } from "@/ui/api/queries";
import { API_KEYS, apiKeysQuery } from "@/ui/api-keys/api-key-queries";
import { ApiKeyRow } from "@/ui/api-keys/api-key-row";
import { NewApiKey } from "@/ui/api-keys/new-api-key";
import { AsCode } from "@/ui/parts/as-code";
import { Button } from "@/ui/parts/button";
import { EmptyState } from "@/ui/parts/empty-state";
import { ErrorState } from "@/ui/parts/error-state";
import { Loading } from "@/ui/parts/loading";
import { PageFrame } from "@/ui/parts/page-frame";
import { SecretOnce } from "@/ui/parts/secret-once";

export function ApiKeysPage() {
  const { data: health } = useQuery(healthQuery());
  const { data: keys, error, refetch } = useQuery(apiKeysQuery());
  const [isMaking, setIsMaking] = useState(false);
  const [made, setMade] = useState<MadeKey | null>(null);
  // Without accounts every request is let in, and a key made now would open nothing once there are some.
  const isNeeded = health?.auth_mode !== "none";
  const newKey = isNeeded && (
    <Button look="primary" onClick={() => setIsMaking(true)}>
      <Plus size={16} aria-hidden />
      New key
    </Button>
  );
  return (
    <PageFrame
      title="API keys"
      description="With a key a program uses the API in your name. Whatever this page does, it can do."
      actions={
        <>
          <AsCode request={{ method: "GET", path: API_KEYS }} description="Lists your keys." />
          {newKey}
        </>
      }
    >
      {made && (
        <SecretOnce title={`The key of ${made.name}`} secret={made.key} copyLabel="Copy the key" onDone={() => setMade(null)}>
          Copy it now: it is not shown again. Send it as <code className="code">Authorization: Bearer evr_…</code>
        </SecretOnce>
      )}
      {error && !keys && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!error && !keys && <Loading />}
      {keys && keys.length > 0 && (
        <ul aria-label="API keys" className="divide-y divide-line rounded-xl border border-line">
          {keys.map((apiKey) => (
            <ApiKeyRow key={apiKey.id} apiKey={apiKey} />
          ))}
        </ul>
      )}
      {keys?.length === 0 && (
        <EmptyState icon={KeyRound} title={isNeeded ? "You have no key yet" : "No key is needed here"} action={newKey}>
          {isNeeded
            ? "Make one for each program, so that each can be shut out alone."
            : "This server runs without accounts: whoever reaches it is let in without a key. Start it with AUTH_MODE=admin or AUTH_MODE=full to have keys."}
        </EmptyState>
      )}
      <NewApiKey isOpen={isMaking} onClose={() => setIsMaking(false)} onMade={setMade} />
    </PageFrame>
  );
}
