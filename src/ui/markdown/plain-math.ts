/** Code, which stays as it is; or a formula in TeX: `$$…$$`, `\[…\]`, `\(…\)`, `$…$` (but not "$5 and $10"). */
const CODE_OR_MATH =
  /(`{3,}[\s\S]*?(?:`{3,}|$)|~{3,}[\s\S]*?(?:~{3,}|$)|`+[^`]*`+)|\$\$([\s\S]+?)\$\$|\\\[([\s\S]+?)\\\]|\\\([\s\S]+?\\\)|\$(?=[^\s$])[^$\n]*?[^\s$\\]\$(?!\d)/g;

/**
 * A text in which formulas stay the text that they are: Markdown would take their underscores, stars and backslashes for its own marks.
 * One that stands alone becomes a block of code, which can be copied.
 */
export function plainMath(text: string): string {
  if (!/[$]|\\[([]/.test(text)) return text;
  return text.replace(
    CODE_OR_MATH,
    (whole, code: string | undefined, dollars: string | undefined, brackets: string | undefined, ...rest) => {
      if (code !== undefined) return whole;
      const formula = dollars ?? brackets;
      const place = rest[0] as number;
      const isAlone = /(^|\n)[ \t]*$/.test(text.slice(0, place)) && /^[ \t]*(\n|$)/.test(text.slice(place + whole.length));
      if (formula !== undefined && isAlone) return `\`\`\`latex\n${formula.trim()}\n\`\`\``;
      return whole.replace(/[!-/:-@[-`{-~]/g, "\\$&");
    },
  );
}
