import bash from "highlight.js/lib/languages/bash";
import cpp from "highlight.js/lib/languages/cpp";
import csharp from "highlight.js/lib/languages/csharp";
import css from "highlight.js/lib/languages/css";
import diff from "highlight.js/lib/languages/diff";
import dockerfile from "highlight.js/lib/languages/dockerfile";
import go from "highlight.js/lib/languages/go";
import ini from "highlight.js/lib/languages/ini";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import kotlin from "highlight.js/lib/languages/kotlin";
import markdown from "highlight.js/lib/languages/markdown";
import php from "highlight.js/lib/languages/php";
import python from "highlight.js/lib/languages/python";
import ruby from "highlight.js/lib/languages/ruby";
import rust from "highlight.js/lib/languages/rust";
import sql from "highlight.js/lib/languages/sql";
import swift from "highlight.js/lib/languages/swift";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";
import { createLowlight } from "lowlight";
import { createElement, type ReactNode } from "react";

const LANGUAGES = {
  bash,
  cpp,
  csharp,
  css,
  diff,
  dockerfile,
  go,
  ini,
  java,
  javascript,
  json,
  kotlin,
  markdown,
  php,
  python,
  ruby,
  rust,
  sql,
  swift,
  typescript,
  xml,
  yaml,
};

const colours = createLowlight(LANGUAGES);
// The grammar of C++ reads C too.
colours.registerAlias({ cpp: ["c", "h"], bash: ["console", "shell"], typescript: ["tsx"], javascript: ["jsx"], ini: ["toml", "conf"] });

/** The code as coloured spans; as it is where the language is not known. */
export function highlight(language: string, code: string): ReactNode {
  const name = language.toLowerCase();
  return colours.registered(name) ? nodesOf(colours.highlight(name, code).children) : code;
}

type Node = { type: string; value?: string; properties?: { className?: unknown }; children?: Node[] };

const nodesOf = (nodes: readonly unknown[]): ReactNode[] =>
  (nodes as Node[]).map(({ type, value, properties, children = [] }, index) =>
    type === "text"
      ? value
      : createElement("span", { key: index, className: [properties?.className].flat().join(" ") }, ...nodesOf(children)),
  );
