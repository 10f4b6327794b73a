import ts from "typescript";
import { describe, expect, it } from "vitest";
import { filesUnder, readSource } from "./files.ts";

/** Members of Math that ECMAScript defines to the last bit; all others it leaves to the engine. */
const EXACT = [
  ...["E", "LN10", "LN2", "LOG10E", "LOG2E", "PI", "SQRT1_2", "SQRT2"],
  ...["abs", "ceil", "clz32", "floor", "fround", "imul", "max", "min", "round", "sign", "sqrt", "trunc"],
];

/** What depends on the language data that an engine comes with. */
const OF_LANGUAGES = ["Intl", "localeCompare", "toLocaleString", "toLocaleUpperCase", "toLocaleLowerCase"];

/** Uses that no stored or printed result depends on. */
const ALLOWED: Readonly<Record<string, string>> = {
  "src/plan/zone.ts: Intl": "daylight saving comes from the engine's time zone data, in a language that is named",
};

const isWholeLiteral = (node: ts.Expression): boolean =>
  ts.isNumericLiteral(node) && Number.isInteger(Number(node.text));

/** Powers of whole literals of two, which every engine gives exactly, and powers of big integers. */
function isExactPower({ left, right }: ts.BinaryExpression): boolean {
  if (ts.isBigIntLiteral(left)) return true;
  if (!isWholeLiteral(left) || !isWholeLiteral(right)) return false;
  return ["2", "1024"].includes((left as ts.NumericLiteral).text);
}

/** What a text computes in a way that engines may differ in, each as file:line. */
function engineDependent(file: string, text: string): readonly string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const report = (node: ts.Node, what: string): void => {
    if (`${file}: ${what}` in ALLOWED) return;
    found.push(`${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}: ${what}`);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node.text === "Math") {
      const { parent } = node;
      const member = ts.isPropertyAccessExpression(parent) && parent.expression === node ? parent.name.text : "";
      if (!EXACT.includes(member)) report(node, `Math.${member === "" ? "(whole or computed)" : member}`);
    }
    if (ts.isIdentifier(node) && OF_LANGUAGES.includes(node.text)) report(node, node.text);
    if (ts.isBinaryExpression(node)) {
      const operator = node.operatorToken.kind;
      if (operator === ts.SyntaxKind.AsteriskAsteriskEqualsToken) report(node, "**=");
      if (operator === ts.SyntaxKind.AsteriskAsteriskToken && !isExactPower(node)) report(node, "**");
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

describe("results do not depend on the JavaScript engine", () => {
  const sources = ["src", "scripts", "examples"].flatMap((folder) =>
    [".ts", ".mjs"].flatMap((ending) => filesUnder(folder, ending)),
  );

  it("nothing is computed in a way that ECMAScript leaves to the engine", () => {
    expect(sources.length).toBeGreaterThan(100);
    expect(sources.flatMap((file) => engineDependent(file, readSource(file)))).toEqual([]);
  });

  it("every exception is still there", () => {
    const uses = Object.keys(ALLOWED).filter((use) => {
      const [file, what] = use.split(": ") as [string, string];
      return !readSource(file).includes(what);
    });
    expect(uses).toEqual([]);
  });

  it.each([
    ["const a = Math.exp(1);", "Math.exp"],
    ["const { log } = Math;", "Math.(whole or computed)"],
    ['const a = Math["pow"](2, 3);', "Math.(whole or computed)"],
    ["const a = Math.hypot(3, 4);", "Math.hypot"],
    ["const a = x ** 2;", "**"],
    ["const a = 10 ** 3;", "**"],
    ["const a = 2 ** 0.5;", "**"],
    ["x **= 2;", "**="],
    ["names.sort((a, b) => a.localeCompare(b));", "localeCompare"],
    ["new Intl.NumberFormat();", "Intl"],
  ])("finds what is planted: %s", (text, what) => {
    expect(engineDependent("src/units/a.ts", text)).toEqual([`src/units/a.ts:1: ${what}`]);
  });

  it.each(["Math.sqrt(2) + Math.max(1, 2)", "2 ** 30", "1024 ** 3", "10n ** BigInt(3)", "a.map(Math.floor)"])(
    "and lets pass: %s",
    (text) => {
      expect(engineDependent("src/units/a.ts", `const a = ${text};`)).toEqual([]);
    },
  );
});
