import { Check, Copy } from "lucide-react";
import { memo, type ReactNode, useEffect, useState } from "react";
import { copyText } from "@/ui/platform/copy-text";

type Props = { language: string; code: string; isStreaming?: boolean /** Stands in the place of the language. */; title?: string };

/** Code with its language and a button that copies it; its colours are loaded once, when the first code is shown. */
export const CodeBlock = memo(function CodeBlock({ language, code, isStreaming = false, title }: Props) {
  const coloured = useColours(language, code, isStreaming);
  return (
    <div className="overflow-hidden rounded-xl border border-line bg-panel">
      <div className="flex h-9 items-center justify-between border-line border-b pr-1 pl-4 text-muted text-xs">
        <span className={title === undefined ? "truncate font-mono" : "truncate"}>{title ?? (language === "" ? "text" : language)}</span>
        <CopyButton text={code} label="Copy code" />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
      <section className="overflow-x-auto" tabIndex={0} aria-label={language === "" ? "Code" : `Code in ${language}`}>
        <pre className="code w-max px-4 py-3">
          <code>{coloured ?? code}</code>
        </pre>
      </section>
    </div>
  );
});

/** Undefined until the colours are there, and while the code is still being written. */
function useColours(language: string, code: string, isStreaming: boolean): ReactNode | undefined {
  const [coloured, setColoured] = useState<{ code: string; nodes: ReactNode }>();
  useEffect(() => {
    if (isStreaming || language === "" || code.length > MOST_COLOURED) return;
    let isWanted = true;
    import("./highlight").then(
      ({ highlight }) => isWanted && setColoured({ code, nodes: highlight(language, code) }),
      () => undefined,
    );
    return () => {
      isWanted = false;
    };
  }, [language, code, isStreaming]);
  return coloured?.code === code ? coloured.nodes : undefined;
}

/** Beyond this many characters colouring would be felt. */
const MOST_COLOURED = 40_000;

export function CopyButton({ text, label }: { text: string; label: string }) {
  const [isCopied, setIsCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setIsCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return (
    <button
      type="button"
      aria-label={isCopied ? "Copied" : label}
      title={label}
      className="inline-flex h-7 items-center gap-1.5 rounded-md px-2 text-muted text-xs hover:bg-hover hover:text-ink pointer-coarse:h-9"
      onClick={() =>
        copyText(text).then(
          () => setIsCopied(true),
          () => undefined,
        )
      }
    >
      {isCopied ? <Check size={14} aria-hidden className="text-ok" /> : <Copy size={14} aria-hidden />}
      {isCopied ? "Copied" : "Copy"}
    </button>
  );
}
