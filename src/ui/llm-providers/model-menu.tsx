import { useMutation } from "@tanstack/react-query";
import { Ban, CircleCheck, EllipsisVertical, Pencil, Star, Trash2 } from "lucide-react";
import { useState } from "react";
import type { LlmModel, UpdateLlmModel } from "@/domain/llm-model";
import { api } from "@/ui/api/client";
import { IconButton } from "@/ui/parts/button";
import { ConfirmDialog } from "@/ui/parts/dialog";
import { Menu, MenuItem, MenuSeparator } from "@/ui/parts/menu";
import { notify, notifyFailure } from "@/ui/parts/notify";
import { modelsChanged } from "./provider-queries";

/** What can be done with a model. */
export function ModelMenu({ model, onEdit }: { model: LlmModel; onEdit: () => void }) {
  const path = `/v1/llm-models/${model.id}`;
  const [isAsked, setIsAsked] = useState(false);
  const change = useMutation({
    mutationFn: ({ body }: { body: UpdateLlmModel; words: string }) => api.patch<LlmModel>(path, body),
    onSuccess: async (_, { words }) => {
      await modelsChanged();
      notify(words);
    },
    onError: notifyFailure,
  });
  const remove = useMutation({
    mutationFn: () => api.remove(path),
    onSuccess: async () => {
      await modelsChanged();
      notify(`${model.display_name} is deleted.`);
    },
    onError: notifyFailure,
  });
  const name = model.display_name;
  const isActive = model.status === "active";
  return (
    <>
      <Menu
        trigger={
          <IconButton label={`More for ${name}`}>
            <EllipsisVertical size={17} />
          </IconButton>
        }
      >
        {isActive && !model.is_default && (
          <MenuItem
            icon={<Star size={16} aria-hidden />}
            onSelect={() => change.mutate({ body: { is_default: true }, words: `${name} is the default.` })}
          >
            Make it the default
          </MenuItem>
        )}
        <MenuItem icon={<Pencil size={16} aria-hidden />} onSelect={onEdit}>
          Edit
        </MenuItem>
        {isActive ? (
          <MenuItem
            icon={<Ban size={16} aria-hidden />}
            onSelect={() => change.mutate({ body: { status: "disabled" }, words: `${name} is disabled.` })}
          >
            Disable
          </MenuItem>
        ) : (
          <MenuItem
            icon={<CircleCheck size={16} aria-hidden />}
            onSelect={() => change.mutate({ body: { status: "active" }, words: `${name} can be used again.` })}
          >
            Enable
          </MenuItem>
        )}
        <MenuSeparator />
        <MenuItem icon={<Trash2 size={16} aria-hidden />} isDangerous onSelect={() => setIsAsked(true)}>
          Delete
        </MenuItem>
      </Menu>
      <ConfirmDialog
        isOpen={isAsked}
        onClose={() => setIsAsked(false)}
        title={`Delete ${name}?`}
        description="Agents and chats that use it get the default model. A sync brings it back if the provider still offers it; to keep it away, disable it."
        action="Delete"
        onConfirm={() => remove.mutate()}
      />
    </>
  );
}
