import { CodeBlock } from "@/ui/markdown/code-block";

/** Beyond this many characters a value is not shown whole. */
const MOST_SHOWN = 50_000;

/** What a tool was given, or what it answered. Texts of several lines stand apart and as they are, so that they can be read. */
export function CallValue({ title, value }: { title: string; value: unknown }) {
  if (typeof value === "string") return <Shown title={title} language="" text={value} />;
  if (!isRecord(value)) return <Shown title={title} language="json" text={JSON.stringify(value, null, 2)} />;
  const texts = Object.entries(value).filter((entry): entry is [string, string] => isText(entry[1]));
  const rest = Object.fromEntries(Object.entries(value).filter(([, inner]) => !isText(inner)));
  const isSomethingLeft = texts.length === 0 || Object.keys(rest).length > 0;
  return (
    <>
      {isSomethingLeft && <Shown title={title} language="json" text={JSON.stringify(rest, null, 2)} />}
      {texts.map(([name, text]) => (
        <Shown key={name} title={isSomethingLeft ? name : `${title}: ${name}`} language={languageOf(name, value)} text={text} />
      ))}
    </>
  );
}

function Shown({ title, language, text }: { title: string; language: string; text: string }) {
  return (
    <div className="min-w-0">
      <div className="max-h-96 overflow-y-auto rounded-xl">
        <CodeBlock title={title} language={language} code={text.slice(0, MOST_SHOWN)} />
      </div>
      {text.length > MOST_SHOWN && (
        <p className="mt-1 text-faint text-xs">{`The first ${MOST_SHOWN / 1000},000 of ${text.length.toLocaleString("en")} characters`}</p>
      )}
    </div>
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

const isText = (value: unknown): boolean => typeof value === "string" && value.trim().includes("\n");

/** What the text is written in, where what stands beside it says so. */
function languageOf(name: string, { language, path }: Record<string, unknown>): string {
  if (name === "code" && typeof language === "string") return language;
  return typeof path === "string" ? (/\.(\w{1,5})$/.exec(path)?.[1] ?? "") : "";
}
