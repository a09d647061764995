import { Dialog } from "@/ui/parts/dialog";
import { KEYS, nameOfKey } from "./keys";

export function KeysDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title="Keyboard">
      <dl className="divide-y divide-line text-sm">
        {KEYS.map(({ keys, does }) => (
          <div key={keys} className="flex items-center justify-between gap-4 py-2.5">
            <dt className="text-muted">{does}</dt>
            <dd className="flex gap-1">
              {keys.split(" ").map((key) => (
                <kbd key={key} className="rounded-md border border-line bg-panel px-1.5 py-0.5 font-mono text-xs">
                  {nameOfKey(key)}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
