import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm as syntax } from "micromark-extension-gfm";

type Processor = { data(): { micromarkExtensions?: unknown[]; fromMarkdownExtensions?: unknown[] } };

/** Tables, task lists, struck words and bare addresses. `remark-gfm` is this and the way back into Markdown, which weighs more and is never gone here. */
export function gfm(this: unknown): undefined {
  const data = (this as Processor).data();
  data.micromarkExtensions = [...(data.micromarkExtensions ?? []), syntax()];
  data.fromMarkdownExtensions = [...(data.fromMarkdownExtensions ?? []), gfmFromMarkdown()];
}
