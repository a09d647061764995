import { createDocument } from "@mixmark-io/domino";
import TurndownService from "turndown";

export type PageFormat = "markdown" | "text";

/** What of a page a reader wants: its title, and its main part without menus, forms and scripts. */
export type PageText = { title: string | null; content: string };

/** What stands around the text of a page, and what is no text. */
const ASIDE =
  "script,style,noscript,template,svg,canvas,iframe,object,embed,form,button,input,select,textarea,nav,header,footer,aside,[hidden],[aria-hidden=true]";

/** A part of the page that says it is the main one is believed when it holds at least this much of all text. */
const MAIN_SHARE = 0.25;

/** Reads a page of HTML from anywhere. Its time and memory are not bounded here: it is run in a process of its own. */
export function readPage(html: string, address: string, format: PageFormat): PageText {
  // The parser that turndown brings along for places without a browser.
  const document = createDocument(html, true);
  const title = tidy(document.querySelector("title")?.textContent ?? "") || null;
  for (const element of Array.from(document.querySelectorAll(ASIDE))) element.remove();
  makeAbsolute(document, address);
  const main = mainPart(document);
  return { title, content: format === "markdown" ? toMarkdown(main) : toText(main) };
}

function mainPart(document: Document): Element {
  const all = document.body.textContent?.length ?? 0;
  const candidates = Array.from(document.querySelectorAll("main,[role=main],article"));
  const [largest] = candidates.toSorted((one, other) => (other.textContent?.length ?? 0) - (one.textContent?.length ?? 0));
  return largest && (largest.textContent?.length ?? 0) >= all * MAIN_SHARE ? largest : document.body;
}

/** Links and images are given whole, so that a reader can follow them; what a page cannot link to is left without a link. */
function makeAbsolute(document: Document, address: string): void {
  for (const [selector, name] of [
    ["a[href]", "href"],
    ["img[src]", "src"],
  ] as const) {
    for (const element of Array.from(document.querySelectorAll(selector))) {
      const target = URL.parse(element.getAttribute(name) ?? "", address);
      if (target && /^(https?|mailto):$/.test(target.protocol)) element.setAttribute(name, target.href);
      else element.removeAttribute(name);
    }
  }
}

function toMarkdown(element: Element): string {
  const turndown = new TurndownService({ headingStyle: "atx", codeBlockStyle: "fenced", bulletListMarker: "-" });
  turndown.addRule("table", { filter: "table", replacement: (_, node) => `\n\n${tableOf(node as unknown as Element)}\n\n` });
  turndown.addRule("image", {
    filter: "img",
    replacement: (_, node) => {
      const image = node as unknown as Element;
      const [source, words] = [image.getAttribute("src"), tidy(image.getAttribute("alt") ?? "")];
      return source && words ? `![${words}](${source})` : words;
    },
  });
  return spaced(turndown.turndown(element.innerHTML));
}

/** A table in the form that most models write themselves. One without rows is nothing. */
function tableOf(table: Element): string {
  const rows = Array.from(table.querySelectorAll("tr")).map((row) =>
    Array.from(row.querySelectorAll("th,td")).map((cell) => tidy(cell.textContent ?? "").replaceAll("|", "\\|")),
  );
  const width = Math.max(0, ...rows.map((row) => row.length));
  if (width === 0) return "";
  const [head, ...body] = rows.map((row) => `| ${Array.from({ length: width }, (_, index) => row[index] ?? "").join(" | ")} |`);
  return [head, `|${" --- |".repeat(width)}`, ...body].join("\n");
}

const BLOCK = /^(address|article|blockquote|br|dd|div|dl|dt|figure|h[1-6]|hr|li|main|ol|p|pre|section|table|td|th|tr|ul)$/;

function toText(element: Element): string {
  const parts: string[] = [];
  const open: Node[] = [element];
  for (let node = open.pop(); node; node = open.pop()) {
    if (node.nodeType === 3) parts.push((node.textContent ?? "").replace(/\s+/g, " "));
    if (node.nodeType !== 1) continue;
    if (BLOCK.test(node.nodeName.toLowerCase())) parts.push("\n");
    open.push(...Array.from(node.childNodes).reverse());
  }
  return spaced(parts.join("").replace(/ *\n */g, "\n"));
}

const tidy = (text: string): string => text.replace(/\s+/g, " ").trim();
const spaced = (text: string): string =>
  text
    .replace(/[ \t]+\n/g, "\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
