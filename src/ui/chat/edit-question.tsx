import { useState } from "react";
import type { Message } from "@/domain/message";
import { Button } from "@/ui/parts/button";
import { textOf } from "./chat";
import type { GivenPart } from "./chat-actions";
import { ownParts } from "./give-files";

type Props = { message: Message; onCancel: () => void; onSend: (parts: GivenPart[]) => Promise<void>; action?: string };

/** A message's words, to change and send; its pictures and files go along. */
export function EditQuestion({ message, onCancel, onSend, action = "Send" }: Props) {
  const content = ownParts(message);
  const [text, setText] = useState(() => textOf({ content }));
  const [isBusy, setIsBusy] = useState(false);
  const images = content.filter((part) => part.type === "image") as unknown as GivenPart[];

  async function send() {
    if (text.trim() === "" || isBusy) return;
    setIsBusy(true);
    await onSend([{ type: "text", text }, ...images]).finally(() => setIsBusy(false));
  }

  return (
    <div className="rounded-2xl border border-line-strong bg-raised p-2">
      <textarea
        aria-label="Change the message"
        // biome-ignore lint/a11y/noAutofocus: the person asked to write here
        autoFocus
        value={text}
        onChange={({ target }) => setText(target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") {
            event.stopPropagation();
            onCancel();
          }
          if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          void send();
        }}
        className="field-sizing-content block max-h-[50vh] min-h-12 w-full resize-none bg-transparent px-2 py-1.5 outline-none"
      />
      <div className="flex justify-end gap-2 pt-1">
        <Button onClick={onCancel}>Cancel</Button>
        <Button look="primary" isBusy={isBusy} disabled={text.trim() === ""} onClick={() => void send()}>
          {action}
        </Button>
      </div>
    </div>
  );
}
