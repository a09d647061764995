import { KeyRound } from "lucide-react";
import { buttonClasses } from "@/ui/parts/button";
import { rememberPath } from "./return-path";

const NAMES: Record<string, string> = { google: "Google", github: "GitHub" };

type Props = { providers: readonly string[]; setupToken: string | null };

/** Signing in with an account elsewhere: the browser goes there and comes back signed in. */
export function ProviderLinks({ providers, setupToken }: Props) {
  if (providers.length === 0) return null;
  const query = setupToken === null ? "" : `?setup_token=${encodeURIComponent(setupToken)}`;
  return (
    <ul className="grid grid-cols-1 gap-2">
      {providers.map((name) => (
        <li key={name}>
          <a href={`/api/auth/oauth/${name}${query}`} onClick={rememberPath} className={buttonClasses("plain", "h-10! w-full")}>
            <KeyRound size={16} aria-hidden className="text-faint" />
            {`Continue with ${NAMES[name] ?? name}`}
          </a>
        </li>
      ))}
    </ul>
  );
}
