import { useQuery } from "@tanstack/react-query";
import { CodeXml } from "lucide-react";
import { useState } from "react";
import { healthQuery } from "@/ui/api/queries";
import { CodeBlock } from "@/ui/markdown/code-block";
import { type ApiRequest, LANGUAGES, type Language, writeAsCode } from "./api-code";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { Choices } from "./switch";

type NamedRequest = { label: string; request: ApiRequest };

/** Shows a request of this page as code that can be run elsewhere. Secrets are left out of it. */
export function AsCode({ request, description }: { request: ApiRequest; description: string }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button look="quiet" onClick={() => setIsOpen(true)}>
        <CodeXml size={16} aria-hidden />
        As code
      </Button>
      <AsCodeDialog isOpen={isOpen} onClose={() => setIsOpen(false)} requests={[{ label: "", request }]} description={description} />
    </>
  );
}

type DialogProps = { isOpen: boolean; onClose: () => void; requests: readonly NamedRequest[]; description: string };

/** The same as a window that something else opens; of several requests one is shown. */
export const AsCodeDialog = ({ requests, ...rest }: DialogProps) => (
  <Dialog {...rest} title="As code" className="w-[min(46rem,calc(100vw-2rem))]!">
    <Code requests={requests} />
  </Dialog>
);

function Code({ requests }: { requests: readonly NamedRequest[] }) {
  const [language, setLanguage] = useState<Language>("curl");
  const [label, setLabel] = useState(requests[0]!.label);
  const { data: health } = useQuery(healthQuery());
  const { request } = requests.find((one) => one.label === label) ?? requests[0]!;
  const code = writeAsCode(language, request, { origin: location.origin, hasKey: health !== undefined && health.auth_mode !== "none" });
  const secrets = [...new Set(code.match(/YOUR_[A-Z0-9_]+/g))];
  return (
    <div className="grid grid-cols-1 gap-3">
      {requests.length > 1 && (
        <Choices
          label="Request"
          value={label}
          choices={requests.map(({ label: value }) => ({ value, label: value }))}
          onChange={setLabel}
        />
      )}
      <Choices label="Language" value={language} choices={LANGUAGES} onChange={setLanguage} />
      <CodeBlock language={{ curl: "bash", typescript: "typescript", python: "python" }[language]} code={code} />
      {secrets.length > 0 && (
        <p className="text-faint text-sm">{`Secrets are left out: put yours in the place of ${secrets.join(", ")}.`}</p>
      )}
    </div>
  );
}
