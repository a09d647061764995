import { Badge } from "@/ui/parts/badge";
import { visibleText } from "@/ui/parts/visible-text";

type Schema = {
  type?: unknown;
  description?: unknown;
  enum?: unknown;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: unknown;
};

/** The arguments of a tool, read from its JSON Schema. */
export function ParameterList({ schema }: { schema: Record<string, unknown> }) {
  const { properties = {}, required } = schema as Schema;
  const names = Object.keys(properties);
  const needed = new Set(Array.isArray(required) ? required : []);
  if (names.length === 0) return <p className="mt-1 text-faint text-sm">It takes no arguments.</p>;
  return (
    <dl className="mt-2 grid grid-cols-1 gap-1.5 border-line border-l-2 pl-3 text-sm">
      {names.map((name) => (
        <div key={name}>
          <dt className="flex flex-wrap items-center gap-x-2">
            <code className="font-mono text-xs [overflow-wrap:anywhere]">{name}</code>
            <span className="text-faint text-xs">{kindOf(properties[name])}</span>
            {needed.has(name) && <Badge>Needed</Badge>}
          </dt>
          {typeof properties[name]?.description === "string" && (
            <dd className="text-muted [overflow-wrap:anywhere]">{visibleText(properties[name].description)}</dd>
          )}
        </div>
      ))}
    </dl>
  );
}

function kindOf(schema: Schema | undefined): string {
  if (Array.isArray(schema?.enum)) return schema.enum.map(String).join(" | ");
  if (Array.isArray(schema?.type)) return schema.type.map(String).join(" | ");
  if (schema?.type === "array") return `list of ${kindOf(schema.items)}`;
  return typeof schema?.type === "string" ? schema.type : "any";
}
