import { readFileSync } from "node:fs";
import ts from "typescript";
import { expression } from "./expressions.mjs";
import { fail, readModules, resolve } from "./modules.mjs";
import { innerScope, localName, typeOf } from "./names.mjs";
import { restartNames } from "./order.mjs";
import { block, checkGiven, statement } from "./statements.mjs";
import { isNumber, nothing, usize } from "./types.mjs";

export { TranslationError } from "./modules.mjs";

/** First address that `memory.data` gives out; address 0 stays nobody's. */
const FIRST_ADDRESS = 1024;

/**
 * Translates AssemblyScript sources into one C translation unit: every function and variable static, linear memory one
 * static array, `core_start()` for what runs when a module is instantiated, and `core_<name>` for each function that the
 * entry file exports.
 *
 * Known: numbers, bool and v128; module-level variables, functions, enums and aliases; loops, conditions, switch; load,
 * store, memory.data, memory.copy, memory.fill; rounding, square roots, minima; f64x2. Not known: classes, generics,
 * closures, references.
 *
 * @param entry  path of the entry file (assembly/index.ts)
 * @returns      C text, for gcc or clang with -std=c11 -ffp-contract=off -fwrapv
 * @throws       TranslationError with file:line:column at the first thing that it does not know
 */
export function translate(entry) {
  restartNames();
  const modules = readModules(entry);
  const unit = { modules, bytes: FIRST_ADDRESS, globals: [], functions: [], starts: [] };
  for (const module of modules) declareFunctions(unit, module);
  for (const module of modules) declareVariables(unit, module);
  findEffects(unit);
  restartNames();
  const bodies = unit.functions.map((each) => `${signature(each)} ${bodyOf(each)}`);
  const starts = modules.map((module) => startOf(unit, module));
  return [
    readFileSync(new URL("prelude.h", import.meta.url), "utf8"),
    `static unsigned char as_memory[${unit.bytes}] __attribute__((aligned(64)));`,
    ...unit.globals,
    ...unit.functions.map((each) => `${signature(each)};`),
    ...bodies,
    `static void core_start(void) {\n${starts.join("\n")}\n}`,
    ...exportsOf(modules.at(-1)),
    "",
  ].join("\n");
}

const moduleScope = (module) => ({ module, locals: new Map(), parent: undefined, facts: noFacts(nothing) });
const noFacts = (result) => ({ hasEffects: false, calls: new Set(), result });

function declareFunctions(unit, module) {
  for (const declaration of module.names.values()) {
    if (declaration.kind !== "function") continue;
    const { node } = declaration;
    if (node.typeParameters !== undefined) fail(node, "generic functions are not translated");
    if (node.body === undefined) fail(node, "a function without a body is not translated");
    if (node.type === undefined) fail(node, `the result of ${declaration.name} has no type`);
    declaration.type = typeOf(module, node.type);
    declaration.parameters = node.parameters.map((parameter) => {
      if (parameter.type === undefined || !ts.isIdentifier(parameter.name))
        fail(parameter, "a parameter is a name and a type");
      const type = typeOf(module, parameter.type);
      const { initializer } = parameter;
      const otherwise = initializer === undefined ? undefined : expression(moduleScope(module), initializer, type).code;
      return { name: parameter.name.text, c: localName(parameter.name.text), type, otherwise };
    });
    // Unless found otherwise, a function may do anything.
    declaration.hasEffects = true;
    unit.functions.push(declaration);
  }
}

function declareVariables(unit, module) {
  for (const declaration of module.names.values()) {
    if (declaration.kind !== "let" && declaration.kind !== "const") continue;
    const { node } = declaration;
    const written = node.type === undefined ? undefined : typeOf(module, node.type);
    if (node.initializer === undefined && written === undefined) fail(node, "a variable without type or value");
    const value = isMemoryData(node.initializer)
      ? memoryData(unit, module, node.initializer)
      : node.initializer && expression(moduleScope(module), node.initializer, written);
    const type = written ?? value.type;
    checkGiven(node, value, type);
    declaration.type = type;
    declaration.isConstant = declaration.kind === "const" && value?.isConstant === true;
    if (declaration.isConstant) unit.globals.push(`#define ${declaration.c} ((${type.c})${value.code})`);
    else {
      const first = value === undefined || !value.isConstant ? (isNumber(type) ? "0" : "{0}") : value.code;
      unit.globals.push(`static ${type.c} ${declaration.c} = ${first};`);
      declaration.isSetAtStart = value?.isConstant === false;
    }
  }
}

const isMemoryData = (node) =>
  node !== undefined && ts.isCallExpression(node) && node.expression.getText().replace(/\s/g, "") === "memory.data";

/** memory.data(bytes, alignment): a place in the static array. */
function memoryData(unit, module, node) {
  if (node.typeArguments !== undefined) fail(node, "memory.data with values is not translated");
  const [bytes, alignment = 16] = node.arguments.map((each) => wholeNumber(module, each));
  unit.bytes = Math.ceil(unit.bytes / alignment) * alignment;
  const code = `((uintptr_t)as_memory + ${unit.bytes}u)`;
  unit.bytes += bytes;
  return { code, type: usize, hasEffects: false, isConstant: true };
}

/** Value of a constant whole-number expression. */
function wholeNumber(module, node) {
  const sign = { [ts.SyntaxKind.PlusToken]: (a, b) => a + b, [ts.SyntaxKind.MinusToken]: (a, b) => a - b };
  sign[ts.SyntaxKind.AsteriskToken] = (a, b) => a * b;
  sign[ts.SyntaxKind.SlashToken] = (a, b) => Math.trunc(a / b);
  sign[ts.SyntaxKind.LessThanLessThanToken] = (a, b) => a * 2 ** b;
  if (ts.isNumericLiteral(node)) return Number(node.text);
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isTypeAssertionExpression(node)) {
    return wholeNumber(module, node.expression);
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind in sign) {
    return sign[node.operatorToken.kind](wholeNumber(module, node.left), wholeNumber(module, node.right));
  }
  const declaration = ts.isIdentifier(node) ? resolveConst(module, node) : undefined;
  if (declaration === undefined) fail(node, "the size of memory.data must be a constant");
  return wholeNumber(declaration.module, declaration.node.initializer);
}

function resolveConst(module, node) {
  const found = resolve(module, node.text);
  return found?.kind === "const" && found.isConstant ? found : undefined;
}

/** Which functions change what outlives them, themselves or through others. */
function findEffects(unit) {
  for (const each of unit.functions) bodyOf(each);
  for (const each of unit.functions) each.hasEffects = each.facts.hasEffects;
  for (let isChanged = true; isChanged;) {
    isChanged = false;
    for (const each of unit.functions) {
      if (each.hasEffects || ![...each.facts.calls].some((callee) => callee.hasEffects)) continue;
      each.hasEffects = true;
      isChanged = true;
    }
  }
}

function signature({ c, type, parameters, node }) {
  const list = parameters.map((parameter) => `${parameter.type.c} ${parameter.c}`).join(", ");
  const isInline = node.modifiers?.some((each) => ts.isDecorator(each) && each.expression.getText() === "inline");
  const always = isInline ? "inline __attribute__((always_inline)) " : "";
  return `static ${always}${type.c} ${c}(${list === "" ? "void" : list})`;
}

function bodyOf(declaration) {
  declaration.facts = noFacts(declaration.type);
  const scope = innerScope({ ...moduleScope(declaration.module), facts: declaration.facts });
  for (const { name, c, type } of declaration.parameters) scope.locals.set(name, { c, type });
  return block(scope, declaration.node.body.statements);
}

/** What a module does when it is instantiated, in the order of its text. */
function startOf(unit, module) {
  const scope = moduleScope(module);
  const isDeclaration = (node) =>
    ts.isImportDeclaration(node) ||
    ts.isExportDeclaration(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isEnumDeclaration(node) ||
    ts.isTypeAliasDeclaration(node);
  return module.source.statements
    .filter((node) => !isDeclaration(node))
    .map((node) => {
      if (!ts.isVariableStatement(node)) return statement(scope, node);
      return node.declarationList.declarations
        .map((each) => module.names.get(each.name.text))
        .filter(({ isSetAtStart }) => isSetAtStart)
        .map(({ c, node: { initializer }, type }) => `${c} = ${expression(scope, initializer, type).code};`)
        .join("\n");
    })
    .filter((text) => text !== "")
    .join("\n");
}

function exportsOf(entry) {
  return [...entry.names.values()]
    .filter(
      ({ kind, node }) =>
        kind === "function" && node.modifiers?.some(({ kind: each }) => each === ts.SyntaxKind.ExportKeyword),
    )
    .map(({ name, c }) => `#define core_${name} ${c}`);
}
