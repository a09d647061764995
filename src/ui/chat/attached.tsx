import { FileText, X } from "lucide-react";
import type { ReactNode } from "react";
import { formatBytes } from "@/ui/platform/format";
import type { useAttachments } from "./use-attachments";

/** What goes along with the message being written; each can be taken out again. */
export function Attached({ images, files, isEmpty, removeImage, removeFile }: ReturnType<typeof useAttachments>) {
  if (isEmpty) return null;
  return (
    <div className="flex max-h-48 flex-wrap items-end gap-2 overflow-y-auto px-3 pt-3">
      {images.length > 0 && (
        <ul className="flex flex-wrap gap-2" aria-label="Pictures to send">
          {images.map((image, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a picture has no name
            <li key={index} className="relative">
              <img
                src={`data:${image.media_type};base64,${image.base64}`}
                alt={`To send, number ${index + 1}`}
                className="size-16 rounded-lg border border-line object-cover"
              />
              <RemoveButton label={`Remove picture ${index + 1}`} onClick={() => removeImage(index)} />
            </li>
          ))}
        </ul>
      )}
      {files.length > 0 && (
        <ul className="flex flex-wrap gap-2" aria-label="Files to send">
          {files.map((file, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two files may have one name
            <li key={index} className="relative max-w-60">
              <FileChip name={file.name} note={formatBytes(file.size)} />
              <RemoveButton label={`Remove ${file.name}`} onClick={() => removeFile(index)} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

export const FileChip = ({ name, note }: { name: string; note?: string }): ReactNode => (
  <span className="flex h-10 max-w-full items-center gap-2 rounded-lg border border-line bg-canvas px-3 text-sm">
    <FileText size={15} aria-hidden className="shrink-0 text-faint" />
    <span className="min-w-0 truncate" title={name}>
      {name}
    </span>
    {note !== undefined && <span className="shrink-0 text-faint text-xs">{note}</span>}
  </span>
);

const RemoveButton = ({ label, onClick }: { label: string; onClick: () => void }) => (
  <button
    type="button"
    aria-label={label}
    onClick={onClick}
    className="-top-1.5 -right-1.5 absolute grid size-5 place-items-center rounded-full border border-line bg-raised text-muted hover:text-ink pointer-coarse:size-7"
  >
    <X size={12} />
  </button>
);
