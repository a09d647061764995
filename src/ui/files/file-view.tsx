import { useQuery } from "@tanstack/react-query";
import { ChevronLeft, Download, FileQuestion, FileX, Lock } from "lucide-react";
import { useState } from "react";
import type { SessionFile } from "@/domain/file";
import { ApiError } from "@/ui/api/client";
import { CodeBlock } from "@/ui/markdown/code-block";
import { Markdown } from "@/ui/markdown/markdown";
import { Badge } from "@/ui/parts/badge";
import { Button, IconButton } from "@/ui/parts/button";
import { EmptyState } from "@/ui/parts/empty-state";
import { ErrorState } from "@/ui/parts/error-state";
import { Loading } from "@/ui/parts/loading";
import { notifyFailure } from "@/ui/parts/notify";
import { Choices } from "@/ui/parts/switch";
import { visibleText } from "@/ui/parts/visible-text";
import { formatBytes, formatCount, formatFull } from "@/ui/platform/format";
import { downloadFile } from "./file-actions";
import { imageTypeOf, isMarkdown, languageOf } from "./file-kind";
import { FileMenu } from "./file-menu";
import { fileQuery } from "./file-queries";
import { nameOf } from "./file-rows";

type Props = { sessionId: string; path: string; onBack: () => void; onMoved: (path: string | null) => void };

/** One file and what is in it, as it is now. */
export function FileView({ sessionId, path, onBack, onMoved }: Props) {
  const { data: file, error, refetch } = useQuery(fileQuery(sessionId, path));
  const download = () => void downloadFile(sessionId, path).catch(notifyFailure);
  const isGone = file === null || (error instanceof ApiError && error.status === 404);
  return (
    <section aria-label={visibleText(nameOf(path))} className="flex min-h-0 flex-1 flex-col">
      <div className="flex items-center gap-1 border-line border-b py-2 pr-2 pl-1.5">
        <IconButton label="All files" onClick={onBack}>
          <ChevronLeft size={18} />
        </IconButton>
        <div className="min-w-0 flex-1">
          <h3 className="flex items-center gap-2 font-medium text-sm">
            <span className="truncate" title={visibleText(path)}>
              {visibleText(nameOf(path))}
            </span>
            {file?.is_readonly && (
              <Badge>
                <Lock size={11} aria-hidden className="mr-1 inline" />
                Read-only
              </Badge>
            )}
          </h3>
          {file && <p className="truncate text-faint text-xs">{`${formatBytes(file.size_bytes)} · ${formatFull(file.updated_at)}`}</p>}
        </div>
        {!isGone && (
          <IconButton label="Download" onClick={download}>
            <Download size={17} />
          </IconButton>
        )}
        {file && <FileMenu sessionId={sessionId} path={path} isFolder={false} isReadonly={file.is_readonly} onMoved={onMoved} />}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
      <section className="min-h-0 flex-1 overflow-y-auto p-3" tabIndex={0} aria-label="Content">
        {isGone && (
          <EmptyState icon={FileX} title="This file is not here" action={<Button onClick={onBack}>All files</Button>}>
            It may have been moved or deleted.
          </EmptyState>
        )}
        {!isGone && error && !file && <ErrorState error={error} onRetry={() => void refetch()} />}
        {file === undefined && !error && <Loading />}
        {file && <Content file={file} onDownload={download} />}
      </section>
    </section>
  );
}

/** Beyond this many characters the rest is left to the download. */
const MOST_SHOWN = 200_000;

function Content({ file: { name, content, encoding, size_bytes }, onDownload }: { file: SessionFile; onDownload: () => void }) {
  const [isSource, setIsSource] = useState(false);
  if (content === null || size_bytes === 0) return <p className="p-3 text-faint text-sm">It is empty.</p>;
  if (encoding === "base64") return <Binary name={name} base64={content} onDownload={onDownload} />;
  const shown = content.slice(0, MOST_SHOWN);
  const isRendered = isMarkdown(name) && !isSource;
  return (
    <div className="grid grid-cols-1 gap-3">
      {isMarkdown(name) && (
        <Choices
          label="How it is shown"
          value={isSource ? "source" : "read"}
          choices={[
            { value: "read", label: "Read" },
            { value: "source", label: "Source" },
          ]}
          onChange={(value) => setIsSource(value === "source")}
        />
      )}
      {shown.length < content.length && (
        <p className="text-muted text-sm">{`The first ${formatCount(MOST_SHOWN)} of ${formatCount(content.length)} characters. Download it to see the rest.`}</p>
      )}
      {isRendered ? <Markdown text={shown} /> : <CodeBlock language={languageOf(name)} code={shown} />}
    </div>
  );
}

/** Pictures are told by their bytes and stand in the page as data: nothing is asked for, and nothing in them can run. */
function Binary({ name, base64, onDownload }: { name: string; base64: string; onDownload: () => void }) {
  const [isBroken, setIsBroken] = useState(false);
  const type = imageTypeOf(base64);
  if (type !== null && !isBroken)
    return (
      <img
        src={`data:${type};base64,${base64}`}
        alt={visibleText(name)}
        onError={() => setIsBroken(true)}
        className="mx-auto max-w-full rounded-lg border border-line"
      />
    );
  return (
    <EmptyState
      icon={FileQuestion}
      title={isBroken ? "This picture can't be shown" : "This is no text"}
      action={<Button onClick={onDownload}>Download</Button>}
    >
      {isBroken ? "It is damaged, or of a kind that this browser does not know." : "Download it and open it with a program that knows it."}
    </EmptyState>
  );
}
