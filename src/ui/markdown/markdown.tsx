import { memo, type ReactNode, useMemo } from "react";
import Base, { type Components } from "react-markdown";
import { closeMarks } from "./close-marks";
import { CodeBlock } from "./code-block";
import { gfm } from "./gfm";
import { markdownBlocks } from "./markdown-blocks";
import { plainMath } from "./plain-math";

/**
 * What a model wrote. It is cut into blocks that are each rendered once: while words stream in, only the last one is rendered anew.
 * HTML in it stays text, and a picture of another origin is a link: loading it would tell that origin what was said here.
 */
export const Markdown = memo(function Markdown({ text, isStreaming = false }: { text: string; isStreaming?: boolean }) {
  const blocks = useMemo(() => markdownBlocks(text), [text]);
  const last = blocks.length - 1;
  return (
    <div className="prose">
      {blocks.map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: blocks only come at the end, and the last one grows
        <Block key={index} text={block} isStreaming={isStreaming && index === last} />
      ))}
    </div>
  );
});

const PLUGINS = [gfm];

const Block = memo(function Block({ text, isStreaming }: { text: string; isStreaming: boolean }) {
  const fence = isStreaming ? openFenceOf(text) : null;
  if (fence) {
    return (
      <div>
        <CodeBlock language={fence.language} code={fence.code} isStreaming />
      </div>
    );
  }
  return (
    <div>
      <Base remarkPlugins={PLUGINS} components={COMPONENTS}>
        {plainMath(isStreaming ? closeMarks(text) : text)}
      </Base>
    </div>
  );
});

/** Code that is still being written needs no parser. */
function openFenceOf(text: string): { language: string; code: string } | null {
  const [whole, marks, language] = /^(`{3,}|~{3,})([^\n`]*)\n/.exec(text) ?? [];
  if (whole === undefined || marks === undefined) return null;
  const code = text.slice(whole.length);
  return code.includes(`\n${marks}`) ? null : { language: (language ?? "").trim(), code };
}

const COMPONENTS: Components = {
  pre: ({ node }) => {
    const code = node?.children[0];
    if (code?.type !== "element") return null;
    const names = code.properties.className;
    const language = (Array.isArray(names) ? names : []).map(String).find((name) => name.startsWith("language-"));
    const text = code.children.map((child) => (child.type === "text" ? child.value : "")).join("");
    return <CodeBlock language={language?.slice("language-".length) ?? ""} code={text.replace(/\n$/, "")} />;
  },
  a: ({ href, children, id, className }) => (
    <SafeLink href={href} {...(id === undefined ? {} : { id })} {...(className === undefined ? {} : { className })}>
      {children}
    </SafeLink>
  ),
  img: ({ src, alt }) => <Picture src={typeof src === "string" ? src : ""} alt={alt ?? ""} />,
  table: ({ children }) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
    <section className="overflow-x-auto" aria-label="Table" tabIndex={0}>
      <table>{children}</table>
    </section>
  ),
  input: ({ checked }) => (
    <input
      type="checkbox"
      checked={checked ?? false}
      disabled
      readOnly
      aria-label={checked ? "Done" : "To do"}
      className="mr-2 align-middle"
    />
  ),
};

/** Only addresses that a person can open knowingly; anything else is shown as the words it stood behind. */
function SafeLink({ href, children, ...rest }: { href: string | undefined; children: ReactNode; id?: string; className?: string }) {
  if (href?.startsWith("#"))
    return (
      <a href={href} {...rest}>
        {children}
      </a>
    );
  if (!href || !/^(https?:|mailto:)/i.test(href)) return <span>{children}</span>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow" title={href} {...rest}>
      {children}
    </a>
  );
}

function Picture({ src, alt }: { src: string; alt: string }) {
  if (/^data:image\/(png|jpeg|gif|webp|avif);base64,/i.test(src))
    return <img src={src} alt={alt} className="max-h-96 rounded-lg border border-line" />;
  return <SafeLink href={src}>{`[Image: ${alt === "" ? src : alt}]`}</SafeLink>;
}
