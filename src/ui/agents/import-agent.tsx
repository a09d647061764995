import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { FileUp } from "lucide-react";
import { useState } from "react";
import type { Agent } from "@/domain/agent";
import { api } from "@/ui/api/client";
import { AsCode } from "@/ui/parts/as-code";
import { Button } from "@/ui/parts/button";
import { Dialog } from "@/ui/parts/dialog";
import { TextArea } from "@/ui/parts/field";
import { errorAt, errorBeside } from "@/ui/parts/field-errors";
import { notify } from "@/ui/parts/notify";
import { Outcome } from "@/ui/parts/outcome";
import { agentChanged } from "./agent-queries";

type Props = {
  isOpen: boolean;
  onClose: () => void /** The agent that the file changes; without one a new agent is made. */;
  agent?: Agent;
};

/** Reads an agent from a Markdown file, chosen, dropped or pasted. */
export function ImportAgent({ isOpen, onClose, agent }: Props) {
  return (
    <Dialog
      isOpen={isOpen}
      onClose={onClose}
      title={agent ? `Change ${agent.name} with a file` : "An agent from a file"}
      description="Markdown: its name, model, capabilities and tags between two lines of ---, and the system prompt below."
      className="w-[min(46rem,calc(100vw-2rem))]! mt-[6vh]!"
    >
      <ImportForm agent={agent} onClose={onClose} />
    </Dialog>
  );
}

const EXAMPLE =
  "---\nname: Proofreader\ndescription: Finds mistakes and says why\ncapabilities: [current_time]\ntags: [writing]\n---\n\nYou read texts…";

function ImportForm({ agent, onClose }: { agent: Agent | undefined; onClose: () => void }) {
  const navigate = useNavigate();
  const [markdown, setMarkdown] = useState("");
  const body = { markdown, ...(agent ? { agent_id: agent.id } : {}) };
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => api.post<Agent>("/v1/agent-files", body),
    onSuccess: (made) => {
      agentChanged(made);
      notify(agent ? `${made.name} is now version ${made.version}.` : `${made.name} is here.`);
      onClose();
      void navigate({ to: "/agents/$agentId", params: { agentId: made.id }, ignoreBlocker: true });
    },
  });
  const read = async (file: File | undefined) => {
    if (file) setMarkdown(await file.text());
  };
  const words = errorBeside(error, ["markdown"]);
  return (
    <form
      noValidate
      aria-label="Import an agent"
      className="grid grid-cols-1 gap-4"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void read(event.dataTransfer.files[0]);
      }}
      onSubmit={(event) => {
        event.preventDefault();
        mutate();
      }}
    >
      <label className="flex cursor-pointer items-center justify-center gap-2.5 rounded-xl border border-line-strong border-dashed px-4 py-5 text-muted text-sm hover:bg-hover hover:text-ink has-focus-visible:outline-2 has-focus-visible:outline-primary">
        <FileUp size={18} aria-hidden />
        Choose a file, or drop one here
        <input
          type="file"
          accept=".md,.markdown,text/markdown,text/plain"
          className="sr-only"
          onChange={({ target }) => void read(target.files?.[0])}
        />
      </label>
      <TextArea
        label="Or paste its text"
        rows={12}
        spellCheck={false}
        className="code max-h-[45vh]"
        placeholder={EXAMPLE}
        value={markdown}
        error={errorAt(error, "markdown")}
        onChange={({ target }) => setMarkdown(target.value)}
      />
      {words && <Outcome kind="failure">{words}</Outcome>}
      <div className="flex flex-wrap justify-end gap-2">
        <span className="mr-auto">
          <AsCode request={{ method: "POST", path: "/v1/agent-files", body }} description="What the import sends." />
        </span>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="primary" isBusy={isPending} disabled={markdown.trim() === ""}>
          Import
        </Button>
      </div>
    </form>
  );
}
