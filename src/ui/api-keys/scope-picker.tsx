import { Choices } from "@/ui/parts/switch";
import { RESOURCES, type Reach } from "./scopes";

type Props = {
  reach: Reach;
  chosen: ReadonlySet<string>;
  error?: string | undefined;
  onReach: (reach: Reach) => void;
  onChoose: (chosen: ReadonlySet<string>) => void;
};

/** What a key may do: all that its owner may, only look, or some of it. */
export function ScopePicker({ reach, chosen, error, onReach, onChoose }: Props) {
  const toggle = (scope: string) => {
    const next = new Set(chosen);
    if (!next.delete(scope)) next.add(scope);
    onChoose(next);
  };
  return (
    <div className="grid grid-cols-1 gap-2">
      <p className="font-medium text-sm">What it may do</p>
      <Choices
        label="What it may do"
        value={reach}
        choices={[
          { value: "all", label: "All that I may" },
          { value: "read", label: "Only read" },
          { value: "some", label: "Some of it" },
        ]}
        onChange={onReach}
      />
      {reach === "some" && (
        <div className="max-h-64 overflow-y-auto rounded-lg border border-line">
          <table className="w-full text-sm">
            <caption className="sr-only">What the key may do with what</caption>
            <thead className="sticky top-0 bg-panel text-muted">
              <tr>
                <th scope="col" className="px-3 py-1.5 text-left font-medium">
                  Of
                </th>
                <th scope="col" className="w-20 px-2 py-1.5 font-medium">
                  Read
                </th>
                <th scope="col" className="w-20 px-2 py-1.5 font-medium">
                  Change
                </th>
              </tr>
            </thead>
            <tbody className="divide-y divide-line">
              {Object.entries(RESOURCES).map(([resource, name]) => (
                <tr key={resource}>
                  <th scope="row" className="px-3 py-1.5 text-left font-normal">
                    {name}
                  </th>
                  {(["read", "write"] as const).map((action) => (
                    <td key={action} className="p-0 text-center">
                      <label className="grid cursor-pointer place-items-center px-2 py-2 hover:bg-hover pointer-coarse:py-3">
                        <input
                          type="checkbox"
                          aria-label={`${action === "read" ? "Read" : "Change"}: ${name}`}
                          checked={chosen.has(`${resource}:${action}`)}
                          onChange={() => toggle(`${resource}:${action}`)}
                          className="size-4 accent-(--primary)"
                        />
                      </label>
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {error && <p className="text-danger text-sm">{error}</p>}
    </div>
  );
}
