/** One operation of an expression. `name` is the tool that computes it; operands are numbers or operations of their own. */
export type Operation = Operator & { a: Operand; b: Operand };
export type Operand = number | Operation;
type Operator = { name: "add" | "subtract" | "multiply" | "divide"; symbol: string; precedence: 1 | 2 };

/** The expressions in a text, in words or symbols: `6 times 7`, `(2 + 3) / 4`, `divide 10 by 4`. */
export function findExpressions(text: string): Operation[] {
  const tokens = tokenize(asSymbols(text.toLowerCase()));
  const asksForMath = /\b(what|calculate|compute|how much|work out|solve|equals?|result|math)\b|=/i.test(text);
  const found: Operation[] = [];
  for (let start = 0; start < tokens.length; ) {
    const parsed = parse(tokens, start, 1, 0);
    if (parsed && typeof parsed.value !== "number") {
      const around = [...tokens.slice(0, start), ...tokens.slice(parsed.end)];
      const isMeant = asksForMath || tokens.slice(start, parsed.end).some(isPlain) || around.every(isPunctuation);
      const isWhole = ![tokens[start - 1], tokens[parsed.end]].some(isUnknownSign);
      if (isMeant && isWhole) found.push(parsed.value);
    }
    start = parsed?.end ?? start + 1;
  }
  return found;
}

/** How many operations must be done one after the other. */
export const depthOf = (operand: Operand): number =>
  typeof operand === "number" ? 0 : 1 + Math.max(depthOf(operand.a), depthOf(operand.b));

/** `2 + 3 × 4`, with brackets only where they are needed. */
export function write(operand: Operand): string {
  if (typeof operand === "number") return writeNumber(operand);
  const { a, b, symbol, precedence } = operand;
  const left = typeof a !== "number" && a.precedence < precedence ? `(${write(a)})` : write(a);
  const needsBrackets = typeof b === "number" ? b < 0 : b.precedence <= precedence;
  return `${left} ${symbol} ${needsBrackets ? `(${write(b)})` : write(b)}`;
}

/** Without the last digits, which binary fractions get wrong: 0.1 + 0.2 reads 0.3. */
export const writeNumber = (number: number) => String(Number(number.toPrecision(15)));

const addition: Operator = { name: "add", symbol: "+", precedence: 1 };
const subtraction: Operator = { name: "subtract", symbol: "−", precedence: 1 };
const multiplication: Operator = { name: "multiply", symbol: "×", precedence: 2 };
const division: Operator = { name: "divide", symbol: "÷", precedence: 2 };

/** Signs that are always meant as arithmetic. */
const plainSigns = new Map([
  ["+", addition],
  ["−", subtraction],
  ["*", multiplication],
  ["×", multiplication],
  ["÷", division],
]);

/** `24/7`, `10-20` and `1920x1080` are mostly not arithmetic: they are when nothing else was said, or when the words ask for it. */
const ambiguousSigns = new Map([
  ["-", subtraction],
  ["/", division],
  ["x", multiplication],
]);

type Token = { text: string; number?: number; operator?: Operator };

const isPlain = ({ text }: Token) => plainSigns.has(text);
const isPunctuation = ({ text }: Token) => /^[?!.,=]$/.test(text);
const isUnknownSign = (token: Token | undefined) => token !== undefined && /^[%^!√]$/.test(token.text);

const digit = "one two three four five six seven eight nine".split(" ");
const small = ["zero", ...digit, ..."ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(" ")];
const tens = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
const numberWords = new Map([
  ...small.map((word, value): [string, number] => [word, value]),
  ...tens.map((word, index): [string, number] => [word, (index + 2) * 10]),
]);
const numberWord = new RegExp(`\\b(?:(${tens.join("|")})(?:[- ](${digit.join("|")}))?|(${small.join("|")}))\\b`, "g");

const pair = (words: string, between: string) => {
  const number = String.raw`(-?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?)`;
  return new RegExp(String.raw`\b${words}\s+${number}\s+${between}\s+${number}`, "g");
};
const addPair = pair("(?:add|sum of)", "(?:and|to|with|plus)");
const subtractPair = pair("subtract", "from");
const multiplyPair = pair("(?:multiply|product of)", "(?:and|by|with|times)");
const dividePair = pair("(?:divide|quotient of)", "(?:and|by)");
const differencePair = pair("difference (?:of|between)", "and");

/** `7` and `seven`. */
export const readNumber = (text: string) => numberWords.get(text.toLowerCase()) ?? Number(text);

/** Words become signs, so that there is one grammar only. */
function asSymbols(text: string): string {
  const numberOf = (word: string | undefined) => numberWords.get(word ?? "") ?? 0;
  return text
    .replace(numberWord, (_, ten?: string, one?: string, upToNineteen?: string) =>
      String(numberOf(ten) + numberOf(one) + numberOf(upToNineteen)),
    )
    .replace(addPair, "($1 + $2)")
    .replace(subtractPair, "($2 − $1)")
    .replace(multiplyPair, "($1 × $2)")
    .replace(dividePair, "($1 ÷ $2)")
    .replace(differencePair, "($1 − $2)")
    .replace(/\bplus\b/g, " + ")
    .replace(/\bminus\b/g, " − ")
    .replace(/\b(?:times|multiplied by)\b/g, " × ")
    .replace(/\b(?:divided by|over)\b/g, " ÷ ")
    .replace(/(?<=[\d)]\s*)x(?=\s*[-\d(])/g, " x ");
}

const tokenPattern = new RegExp(
  [
    String.raw`x(?= )|[\p{L}_][\p{L}\p{N}_'’-]*`, // words, and the sign that looks like one
    String.raw`\d{4}-\d{1,2}-\d{1,2}|\d{1,2}\/\d{1,2}\/\d{2,4}|\d{1,2}:\d\d`, // dates and times
    String.raw`(?<number>(?:(?<![\p{N})]\s*|\p{L})-)?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?(?![\p{L}\p{N}_]|\.\d))`,
    String.raw`\d[\p{L}\p{N}_.]*`, // 5km, 1.2.3
    String.raw`\S`,
  ].join("|"),
  "gu",
);

function tokenize(text: string): Token[] {
  return [...text.matchAll(tokenPattern)].map(({ 0: text, groups }): Token => {
    const number = groups?.number;
    if (number !== undefined) return { text, number: Number(number.replaceAll(",", "")) };
    const operator = plainSigns.get(text) ?? ambiguousSigns.get(text);
    return operator ? { text, operator } : { text };
  });
}

type Parsed = { value: Operand; end: number };

/** Deeper brackets than anybody writes. */
const maxDepth = 20;

/** The longest expression that starts there, of operators that bind at least as strongly as `precedence`. */
function parse(tokens: Token[], start: number, precedence: 1 | 2 | 3, depth: number): Parsed | undefined {
  if (precedence === 3) return parseOperand(tokens, start, depth);
  const tighter = precedence === 1 ? 2 : 3;
  let left = parse(tokens, start, tighter, depth);
  while (left) {
    const operator = tokens[left.end]?.operator;
    const right = operator?.precedence === precedence ? parse(tokens, left.end + 1, tighter, depth) : undefined;
    if (!operator || !right) return left;
    left = { value: { ...operator, a: left.value, b: right.value }, end: right.end };
  }
  return undefined;
}

function parseOperand(tokens: Token[], start: number, depth: number): Parsed | undefined {
  const token = tokens[start];
  if (token?.number !== undefined && Number.isFinite(token.number)) return { value: token.number, end: start + 1 };
  if (token?.text !== "(" || depth === maxDepth) return undefined;
  const inside = parse(tokens, start + 1, 1, depth + 1);
  return inside && tokens[inside.end]?.text === ")" ? { value: inside.value, end: inside.end + 1 } : undefined;
}
