import ts from "typescript";
import { describe, expect, it } from "vitest";
import { filesUnder, readSource } from "./files.ts";

const MOST_LINES = 400;
const ONLY_CLI = ["console", "process"];

/** Rooms that start and end other programs need two functions of node:process. */
const MAY_IMPORT_PROCESS = ["src/accuracy/command/program.ts"];

/** Whether a text declares a variable of its own of this name: a fab process is not the global. */
function declares(source: ts.SourceFile, name: string): boolean {
  let isFound = false;
  const visit = (node: ts.Node): void => {
    const isBinding = ts.isParameter(node) || ts.isVariableDeclaration(node) || ts.isBindingElement(node);
    if (isBinding && ts.isIdentifier(node.name) && node.name.text === name) isFound = true;
    ts.forEachChild(node, visit);
  };
  visit(source);
  return isFound;
}

/** `any` as a type, default exports, and `console` and `process` used outside src/cli, each as file:line. */
function habitsOf(file: string, text: string): readonly string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const globals = ONLY_CLI.filter((name) => !file.startsWith("src/cli/") && !declares(source, name));
  const report = (node: ts.Node, what: string): void => {
    found.push(`${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}: ${what}`);
  };
  const visit = (node: ts.Node): void => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) report(node, "any");
    if (ts.isExportAssignment(node) || node.kind === ts.SyntaxKind.DefaultKeyword) report(node, "default");
    if (ts.isIdentifier(node) && globals.includes(node.text)) {
      const { parent } = node;
      const isAccess = ts.isPropertyAccessExpression(parent) && parent.name === node;
      if (!isAccess && !ts.isPropertyAssignment(parent) && !ts.isPropertySignature(parent)) report(node, node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

describe("habits of the sources", () => {
  const sources = filesUnder("src", ".ts").map((file) => [file, readSource(file)] as const);

  it("no any, no default exports, console and process only in src/cli", () => {
    expect(sources.flatMap(([file, text]) => habitsOf(file, text))).toEqual([]);
  });

  it("node:process and node:console are imported where they have to be", () => {
    const importing = sources.filter(([, text]) => /from "(node:)?(process|console)"/.test(text)).map(([file]) => file);
    expect(importing.filter((file) => !file.startsWith("src/cli/"))).toEqual(MAY_IMPORT_PROCESS);
  });

  const usedOutside = (pattern: RegExp, ...homes: readonly string[]) =>
    sources.filter(([file, text]) => pattern.test(text) && !homes.includes(file)).map(([file]) => file);

  it("what is printed is escaped: src/cli/print.ts alone prints, and bars of progress, which hold numbers", () => {
    const bars = ["src/cli/search/progress.ts", "src/cli/progress-bar.ts"];
    expect(usedOutside(/process\.std(out|err)|\bconsole\./, "src/cli/print.ts", ...bars)).toEqual([]);
    expect(usedOutside(/process\.std(out|err)\.write/)).toEqual([]);
  });

  it("files that a user names are written by src/study/output-file.ts and opened by src/spec/read-file.ts alone", () => {
    const writing = /\b(writeFile|appendFile|createWriteStream|copyFile|rename|truncate|mkdir)(Sync)?\(/;
    expect(usedOutside(writing, "src/study/output-file.ts", "src/study/run-folder.ts")).toEqual([]);
    const opening =
      /\b(readFile(Sync)?\((?!new URL\(|createRequire\()|createReadStream|openAsBlob|openSync\(|readSync)/;
    // The lock of a run's folder is opened for its inode alone, once it is known to be a regular file.
    const homes = [
      "src/spec/read-file.ts",
      "src/study/output-file.ts",
      "src/cli/report-record.ts",
      "src/store/lock.ts",
      // A journal is written piece by piece, and read while another process writes it.
      "src/store/journal.ts",
      // A program's own address of core.wasm, no name that a user writes.
      "src/core/source.ts",
    ];
    expect(usedOutside(opening, ...homes)).toEqual([]);
  });

  it(`no file of more than ${MOST_LINES} lines`, () => {
    // What a generator writes is read by nobody.
    const written = sources.filter(([file]) => !file.endsWith("_pb.ts"));
    const long = written.filter(([, text]) => text.split("\n").length > MOST_LINES).map(([file]) => file);
    expect(long).toEqual([]);
  });

  it.each([
    ["const a: any = 1;", "any"],
    ["export default function f() {}", "default"],
    ["export default 1;", "default"],
    ['console.log("x");', "console"],
    ["const code = process.exitCode;", "process"],
    ["globalThis.setTimeout(() => process.exit(), 1);", "process"],
  ])("finds what is planted: %s", (text, what) => {
    expect(habitsOf("src/units/a.ts", text)).toEqual([`src/units/a.ts:1: ${what}`]);
  });

  it("does not mistake a name for a global", () => {
    expect(habitsOf("src/cost/a.ts", "const x = { process: 1 }; x.process; interface A { process: string }")).toEqual(
      [],
    );
    expect(habitsOf("src/cli/a.ts", 'process.stdout.write("x");')).toEqual([]);
  });
});
