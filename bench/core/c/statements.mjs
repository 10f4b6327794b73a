import ts from "typescript";
import { condition, expression } from "./expressions.mjs";
import { fail } from "./modules.mjs";
import { innerScope, localName, typeOf } from "./names.mjs";
import { isNumber, nothing } from "./types.mjs";

const K = ts.SyntaxKind;

/** C text of a statement. */
export function statement(scope, node) {
  if (ts.isBlock(node)) return block(scope, node.statements);
  if (ts.isVariableStatement(node)) return variables(scope, node.declarationList);
  if (ts.isExpressionStatement(node)) return `${expression(scope, node.expression, nothing).code};`;
  if (ts.isIfStatement(node)) {
    const otherwise = node.elseStatement === undefined ? "" : ` else ${nested(scope, node.elseStatement)}`;
    return `if (${condition(scope, node.expression).code}) ${nested(scope, node.thenStatement)}${otherwise}`;
  }
  if (ts.isForStatement(node)) return forLoop(scope, node);
  if (ts.isWhileStatement(node)) {
    return `while (${condition(scope, node.expression).code}) ${nested(scope, node.statement)}`;
  }
  if (ts.isDoStatement(node)) {
    return `do ${nested(scope, node.statement)} while (${condition(scope, node.expression).code});`;
  }
  if (ts.isSwitchStatement(node)) return switchOf(scope, node);
  if (ts.isReturnStatement(node)) return returned(scope, node);
  if (node.kind === K.BreakStatement || node.kind === K.ContinueStatement) {
    if (node.label !== undefined) fail(node, "labels are not translated");
    return node.kind === K.BreakStatement ? "break;" : "continue;";
  }
  if (ts.isEmptyStatement(node)) return ";";
  return fail(node, `${K[node.kind]} is not translated`);
}

export function block(scope, statements) {
  const inner = innerScope(scope);
  return `{\n${statements.map((each) => statement(inner, each)).join("\n")}\n}`;
}

const nested = (scope, node) => (ts.isBlock(node) ? statement(scope, node) : block(scope, [node]));

/** Declarations of locals; a variable without a value begins at 0. */
function variables(scope, list) {
  return list.declarations.map((declaration) => `${variable(scope, declaration)};`).join("\n");
}

function variable(scope, declaration) {
  if (!ts.isIdentifier(declaration.name)) fail(declaration, "patterns are not translated");
  const written = declaration.type === undefined ? undefined : typeOf(scope.module, declaration.type);
  if (declaration.initializer === undefined && written === undefined)
    fail(declaration, "a variable without type or value");
  const value = declaration.initializer && expression(scope, declaration.initializer, written);
  const type = written ?? value.type;
  checkGiven(declaration, value, type);
  const c = localName(declaration.name.text);
  scope.locals.set(declaration.name.text, { c, type });
  return `${type.c} ${c} = ${value?.code ?? (isNumber(type) ? "0" : "{0}")}`;
}

/** What the AssemblyScript compiler refuses, C would convert. */
export function checkGiven(node, value, type) {
  if (value === undefined) return;
  const isLossy = isNumber(type) && !type.isFloat && value.type.isFloat;
  if (isNumber(value.type) !== isNumber(type) || isLossy) fail(node, `${value.type.name} given to a ${type.name}`);
}

function forLoop(outer, node) {
  const scope = innerScope(outer);
  const first =
    node.initializer === undefined
      ? ""
      : ts.isVariableDeclarationList(node.initializer)
        ? variables(scope, node.initializer)
        : `${expression(scope, node.initializer, nothing).code};`;
  const test = node.condition === undefined ? "" : condition(scope, node.condition).code;
  const next = node.incrementor === undefined ? "" : expression(scope, node.incrementor, nothing).code;
  return `{\n${first}\nfor (; ${test}; ${next}) ${nested(scope, node.statement)}\n}`;
}

function switchOf(scope, node) {
  const value = expression(scope, node.expression, undefined);
  if (!isNumber(value.type) || value.type.isFloat) fail(node, `switch over ${value.type.name} is not translated`);
  const clauses = node.caseBlock.clauses.map((clause) => {
    const label = ts.isDefaultClause(clause)
      ? "default"
      : `case ${expression(scope, clause.expression, value.type).code}`;
    return `${label}: ${block(scope, clause.statements)}`;
  });
  return `switch (${value.code}) {\n${clauses.join("\n")}\n}`;
}

function returned(scope, node) {
  const { result } = scope.facts;
  if (node.expression === undefined) return "return;";
  const value = expression(scope, node.expression, result);
  if (result === nothing) fail(node, "a value returned from a function of none");
  checkGiven(node, value, result);
  return `return ${value.code};`;
}
