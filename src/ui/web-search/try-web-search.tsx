import { useMutation } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { useState } from "react";
import type { WebSearchTest } from "@/domain/web-search";
import { api, wordsOf } from "@/ui/api/client";
import { Button } from "@/ui/parts/button";
import { TextField } from "@/ui/parts/field";
import { errorAt } from "@/ui/parts/field-errors";
import { Outcome } from "@/ui/parts/outcome";
import { Section } from "@/ui/parts/section";
import { visibleText } from "@/ui/parts/visible-text";

/** One search with the engine that is set, and what it found. */
export function TryWebSearch() {
  const [query, setQuery] = useState("");
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: () => api.post<WebSearchTest>("/v1/web-search/test", query.trim() === "" ? {} : { query }),
  });
  const words = errorAt(error, "query");
  return (
    <div className="mt-10">
      <Section title="Search once" description="Asks the engine as an agent would.">
        <form
          noValidate
          className="mb-4 flex items-end gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            mutate();
          }}
        >
          <div className="min-w-0 flex-1">
            <TextField label="Words" placeholder="everruns" value={query} error={words} onChange={({ target }) => setQuery(target.value)} />
          </div>
          <Button type="submit" className="h-10" isBusy={isPending}>
            {!isPending && <Search size={16} aria-hidden />}
            Search
          </Button>
        </form>
        {error && !words && <Outcome kind="failure">{wordsOf(error)}</Outcome>}
        {data && <Outcome kind={data.ok ? "ok" : "failure"}>{data.message}</Outcome>}
        {data && data.results.length > 0 && (
          <ol aria-label="Results" className="mt-4 grid grid-cols-1 gap-4">
            {data.results.map(({ title, url, snippet }) => (
              <li key={url} className="text-sm [overflow-wrap:anywhere]">
                <a href={safeLink(url)} target="_blank" rel="noreferrer" className="font-medium text-accent underline underline-offset-4">
                  {visibleText(title)}
                </a>
                <p className="text-faint text-xs">{url}</p>
                <p className="text-muted">{visibleText(snippet)}</p>
              </li>
            ))}
          </ol>
        )}
      </Section>
    </div>
  );
}

/** What an engine found leads to the web alone, and runs nothing. */
const safeLink = (url: string): string | undefined => (/^https?:\/\//i.test(url) ? url : undefined);
