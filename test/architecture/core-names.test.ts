import { dirname, join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { filesUnder, readSource } from "./files.ts";

/*
 * Names of the core: what is exported is used by another file, what is kept is read, and one name is one quantity.
 */
interface Declared {
  readonly name: string;
  readonly isExported: boolean;
  readonly isVariable: boolean;
  readonly isLet: boolean;
}

interface CoreFile {
  readonly path: string;
  readonly declared: readonly Declared[];
  /** Names of parameters and of variables inside functions. */
  readonly locals: ReadonlySet<string>;
  /** What is read of this file's own and of others: path and name, "assembly/nest.ts turns". */
  readonly read: ReadonlySet<string>;
}

function parse(path: string, text = readSource(path)): CoreFile {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const declared: Declared[] = [];
  const namespaces = new Map<string, string>();
  const imported = new Map<string, string>();
  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) {
      const from = `${join(dirname(path), (statement.moduleSpecifier as ts.StringLiteral).text)}.ts`;
      const bindings = statement.importClause?.namedBindings;
      if (bindings === undefined) continue;
      if (ts.isNamespaceImport(bindings)) namespaces.set(bindings.name.text, from);
      else for (const { name } of bindings.elements) imported.set(name.text, `${from} ${name.text}`);
      continue;
    }
    const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
    const isExported = modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (ts.isVariableStatement(statement)) {
      const isLet = (statement.declarationList.flags & ts.NodeFlags.Let) !== 0;
      for (const { name } of statement.declarationList.declarations)
        declared.push({ name: name.getText(), isExported, isVariable: true, isLet });
    } else if (ts.isFunctionDeclaration(statement)) {
      declared.push({ name: statement.name!.text, isExported, isVariable: false, isLet: false });
    }
  }
  const locals = new Set<string>();
  const read = new Set<string>();
  const own = new Set(declared.map(({ name }) => name));
  const visit = (node: ts.Node, inside: ReadonlySet<string> | null): void => {
    let scope = inside;
    if (ts.isFunctionDeclaration(node)) {
      // Names that hide those of the file.
      const hidden = new Set<string>();
      const collect = (each: ts.Node): void => {
        if (ts.isParameter(each) || ts.isVariableDeclaration(each)) hidden.add(each.name.getText());
        each.forEachChild(collect);
      };
      node.forEachChild(collect);
      for (const name of hidden) locals.add(name);
      scope = hidden;
    }
    if (ts.isImportDeclaration(node)) return;
    const isAssigned = (target: ts.Node): boolean =>
      ts.isBinaryExpression(target.parent) &&
      target.parent.left === target &&
      target.parent.operatorToken.kind === ts.SyntaxKind.EqualsToken;
    if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
      const from = namespaces.get(node.expression.text);
      if (from !== undefined && !isAssigned(node)) read.add(`${from} ${node.name.text}`);
    }
    if (ts.isIdentifier(node) && !(scope?.has(node.text) ?? false)) {
      const isName =
        (ts.isPropertyAccessExpression(node.parent) && node.parent.name === node) ||
        ((ts.isVariableDeclaration(node.parent) || ts.isFunctionDeclaration(node.parent)) && node.parent.name === node);
      if (!isName && !isAssigned(node)) {
        if (own.has(node.text)) read.add(`${path} ${node.text}`);
        const from = imported.get(node.text);
        if (from !== undefined) read.add(from);
      }
    }
    node.forEachChild((child) => visit(child, scope));
  };
  visit(source, null);
  return { path, declared, locals, read };
}

const files = filesUnder("assembly", ".ts").map((path) => parse(path));
/** Tests that compile a part of the core name what they use of it. */
const testTexts = filesUnder("test", ".test.ts")
  .map(readSource)
  .filter((text) => /from "[^"]*module-of.ts"/.test(text))
  .join("\n");
const isInTests = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(testTexts);

/** Names that nobody reads, and exported ones that no other file reads. */
function unused(all: readonly CoreFile[]): readonly string[] {
  const found: string[] = [];
  for (const { path, declared, read } of all) {
    if (path === "assembly/index.ts" || path === "assembly/abi.ts") continue;
    for (const { name, isExported } of declared) {
      const elsewhere = all.some((other) => other.path !== path && other.read.has(`${path} ${name}`));
      if (!elsewhere && !read.has(`${path} ${name}`)) found.push(`${path}: nobody reads ${name}`);
      else if (isExported && !elsewhere && !isInTests(name)) found.push(`${path}: only this file reads ${name}`);
    }
  }
  return found;
}

/** Modules of the mapper keep some names that others have too. */
const withoutMapper = files.filter(({ path }) => !path.startsWith("assembly/mapper/"));
/** Layouts of a table each; what each is, is said beside it. */
const LAYOUT = ["FIELDS", "TABLE"];
/** The same quantity wherever it stands: turns of loops; sets of one operand; the skew of a tile, and that of the present step's. */
const SAME = ["Gk", "TURNS", "INPUT_BIT", "WEIGHT_BIT", "OUTPUT_BIT", "skewCycles"];
/** Parameters and local variables that are what the variable of that name is, of whatever is at hand. */
const SAME_INSIDE = ["isFirstK", "stream", "loading", "hasOuter"];

/** Names of variables that two files declare, and local names that another file exports. */
function ambiguous(all: readonly CoreFile[]): readonly string[] {
  const owners = new Map<string, string[]>();
  for (const { path, declared } of all) {
    for (const { name, isVariable } of declared) if (isVariable) owners.set(name, [...(owners.get(name) ?? []), path]);
  }
  const exported = new Map<string, string>();
  for (const { path, declared } of all)
    for (const each of declared) if (each.isExported && each.isLet) exported.set(each.name, path);
  const twice = [...owners]
    .filter(([name, paths]) => paths.length > 1 && !LAYOUT.includes(name) && !SAME.includes(name))
    .map(([name, paths]) => `${name}: ${paths.join(" and ")}`);
  const hiding = all.flatMap(({ path, locals }) =>
    [...locals]
      .filter((name) => exported.has(name) && !SAME_INSIDE.includes(name))
      .map((name) => `${name} in ${path} and ${exported.get(name)!}`),
  );
  return [...twice, ...hiding];
}

describe("names of the core", () => {
  it("outside the mapper, are read, and by another file where they are exported", () => {
    expect(files.length).toBeGreaterThan(25);
    expect(files.flatMap(({ declared }) => declared).length).toBeGreaterThan(700);
    expect(unused(files).filter((text) => !text.startsWith("assembly/mapper/"))).toEqual([]);
  });

  it("outside the mapper, are one quantity each", () => {
    expect(ambiguous(withoutMapper)).toEqual([]);
  });

  it("the exceptions are needed", () => {
    const declared = withoutMapper.flatMap((file) => file.declared.map(({ name }) => name));
    for (const name of [...LAYOUT, ...SAME])
      expect(declared.filter((each) => each === name).length, name).toBeGreaterThan(1);
    const exported = withoutMapper.flatMap((file) => file.declared.filter((each) => each.isExported && each.isLet));
    const hiding = withoutMapper
      .flatMap((file) => [...file.locals])
      .filter((name) => exported.some((each) => each.name === name));
    for (const name of SAME_INSIDE) expect(hiding, name).toContain(name);
  });
});

describe("the test itself finds planted names", () => {
  const plant = (...texts: readonly string[]) => texts.map((text, i) => parse(`assembly/planted-${i}.ts`, text));

  it("that nobody reads, or no other file", () => {
    const found = unused(
      plant(
        'import * as other from "./planted-1";\nlet kept = 1;\nexport function a(): void { kept = other.used; b(); }\nfunction b(): void {}',
        "export let used = 1;\nexport let ofItsOwn = 2;\nlet hidden = 3;\nfunction c(hidden: i32): i32 { return hidden + ofItsOwn; }",
      ),
    );
    expect(found).toEqual([
      "assembly/planted-0.ts: nobody reads kept",
      "assembly/planted-0.ts: nobody reads a",
      "assembly/planted-1.ts: only this file reads ofItsOwn",
      "assembly/planted-1.ts: nobody reads hidden",
      "assembly/planted-1.ts: nobody reads c",
    ]);
  });

  it("with two meanings", () => {
    const found = ambiguous(
      plant("export let cores = 1;\nlet slot = 2;", "let slot = 3;\nfunction f(cores: f64): void {}"),
    );
    expect(found).toEqual([
      "slot: assembly/planted-0.ts and assembly/planted-1.ts",
      "cores in assembly/planted-1.ts and assembly/planted-0.ts",
    ]);
  });
});
