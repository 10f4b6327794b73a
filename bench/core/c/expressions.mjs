import ts from "typescript";
import { CONSTANTS } from "./builtins.mjs";
import { call } from "./calls.mjs";
import { fail } from "./modules.mjs";
import { meaning, typeOf } from "./names.mjs";
import { inOrder } from "./order.mjs";
import { TYPES, bool, commonType, f64, fits, i32, i64, isInteger, isNumber } from "./types.mjs";

/*
 * Expressions become { code, type, hasEffects, isConstant }. As in the AssemblyScript compiler, the type that is wanted at
 * a place decides only what a literal means; operands then meet in their common type. Implicit conversions are C's, which
 * agree wherever that compiler allows one.
 */
const K = ts.SyntaxKind;
const ARITHMETIC = new Map([
  [K.PlusToken, "+"],
  [K.MinusToken, "-"],
  [K.AsteriskToken, "*"],
  [K.SlashToken, "/"],
  [K.PercentToken, "%"],
  [K.AmpersandToken, "&"],
  [K.BarToken, "|"],
  [K.CaretToken, "^"],
]);
const COMPARISON = new Map([
  [K.EqualsEqualsToken, "=="],
  [K.EqualsEqualsEqualsToken, "=="],
  [K.ExclamationEqualsToken, "!="],
  [K.ExclamationEqualsEqualsToken, "!="],
  [K.LessThanToken, "<"],
  [K.LessThanEqualsToken, "<="],
  [K.GreaterThanToken, ">"],
  [K.GreaterThanEqualsToken, ">="],
]);
const SHIFT = new Map([
  [K.LessThanLessThanToken, "<<"],
  [K.GreaterThanGreaterThanToken, ">>"],
  [K.GreaterThanGreaterThanGreaterThanToken, ">>>"],
]);
const COMPOUND = new Map([
  [K.PlusEqualsToken, K.PlusToken],
  [K.MinusEqualsToken, K.MinusToken],
  [K.AsteriskEqualsToken, K.AsteriskToken],
  [K.SlashEqualsToken, K.SlashToken],
  [K.PercentEqualsToken, K.PercentToken],
  [K.AmpersandEqualsToken, K.AmpersandToken],
  [K.BarEqualsToken, K.BarToken],
  [K.CaretEqualsToken, K.CaretToken],
  [K.LessThanLessThanEqualsToken, K.LessThanLessThanToken],
  [K.GreaterThanGreaterThanEqualsToken, K.GreaterThanGreaterThanToken],
]);

const constant = (code, type) => ({ code, type, hasEffects: false, isConstant: true });
const both = (...parts) => ({
  hasEffects: parts.some((part) => part.hasEffects),
  isConstant: parts.every((part) => part.isConstant),
});

/** @param wanted type that the place asks for, undefined where it asks for none */
export function expression(scope, node, wanted) {
  if (ts.isParenthesizedExpression(node)) return expression(scope, node.expression, wanted);
  if (ts.isNumericLiteral(node)) return literal(node, wanted);
  if (node.kind === K.TrueKeyword) return constant("true", bool);
  if (node.kind === K.FalseKeyword) return constant("false", bool);
  if (ts.isIdentifier(node) || ts.isPropertyAccessExpression(node)) return name(scope, node);
  if (ts.isAsExpression(node) || ts.isTypeAssertionExpression(node)) return cast(scope, node);
  if (ts.isCallExpression(node)) return call(scope, node, wanted);
  if (ts.isConditionalExpression(node)) return conditional(scope, node, wanted);
  if (ts.isPrefixUnaryExpression(node)) return prefix(scope, node, wanted);
  if (ts.isPostfixUnaryExpression(node)) return step(scope, node, (target, sign) => `(${target}${sign}${sign})`);
  if (ts.isBinaryExpression(node)) return binary(scope, node, wanted);
  return fail(node, `${K[node.kind]} is not translated`);
}

/** A condition: a bool, or an integer that is not 0. */
export function condition(scope, node) {
  const value = expression(scope, node, bool);
  if (!isInteger(value.type)) fail(node, `a condition of type ${value.type.name} is not translated`);
  return value;
}

function literal(node, wanted) {
  const value = Number(node.text);
  const isWritten = /^[0-9]+[.e]|^[0-9]*\.[0-9]/i.test(node.getText()) && !/^0x/i.test(node.getText());
  const isFloat = isWritten || wanted?.isFloat === true;
  if (isFloat) {
    const text = String(value);
    return constant(/[.e]/.test(text) ? text : `${text}.0`, wanted?.isFloat ? wanted : f64);
  }
  if (!Number.isSafeInteger(value)) fail(node, "an integer literal of more than 53 bits is not translated");
  const type = wanted !== undefined && isInteger(wanted) && fits(value, wanted) ? wanted : fits(value, i32) ? i32 : i64;
  const suffix = type.bits === 64 ? (type.isSigned ? "LL" : "ULL") : type.isSigned || type === bool ? "" : "u";
  return constant(`${value}${suffix}`, type);
}

function name(scope, node) {
  const { local, declaration, constant: known, member, builtin } = meaning(scope, node);
  if (local !== undefined) return { code: local.c, type: local.type, hasEffects: false, isConstant: false };
  if (member !== undefined) return constant(String(member), i32);
  if (known !== undefined) {
    const [type, code] = CONSTANTS.get(known);
    return constant(code, TYPES[type]);
  }
  if (builtin !== undefined) fail(node, `${builtin} is not known`);
  if (declaration.type === undefined || declaration.kind === "function") {
    fail(node, `${node.getText()} is not a variable that is initialised by now`);
  }
  return { code: declaration.c, type: declaration.type, hasEffects: false, isConstant: declaration.isConstant };
}

function cast(scope, node) {
  const type = typeOf(scope.module, node.type);
  const value = expression(scope, node.expression, type);
  if (!isNumber(type) || !isNumber(value.type)) fail(node, `a cast from ${value.type.name} to ${type.name}`);
  return { ...value, code: `((${type.c})${value.code})`, type };
}

function conditional(scope, node, wanted) {
  const test = condition(scope, node.condition);
  const yes = expression(scope, node.whenTrue, wanted);
  const no = expression(scope, node.whenFalse, wanted ?? yes.type);
  const type = commonType(yes.type, no.type);
  if (type === null) fail(node, `branches of types ${yes.type.name} and ${no.type.name}`);
  return { code: `(${test.code} ? ${yes.code} : ${no.code})`, type, ...both(test, yes, no) };
}

function prefix(scope, node, wanted) {
  if (node.operator === K.PlusPlusToken || node.operator === K.MinusMinusToken) {
    return step(scope, node, (target, sign) => `(${sign}${sign}${target})`);
  }
  if (node.operator === K.ExclamationToken) {
    const value = condition(scope, node.operand);
    return { ...value, code: `(!${value.code})`, type: bool };
  }
  const value = expression(scope, node.operand, wanted);
  if (!isNumber(value.type)) fail(node, `an operator on ${value.type.name}`);
  if (node.operator === K.TildeToken && !isInteger(value.type)) fail(node, `~ on ${value.type.name}`);
  const sign = { [K.MinusToken]: "-", [K.PlusToken]: "+", [K.TildeToken]: "~" }[node.operator];
  return { ...value, code: narrow(`(${sign}${value.code})`, value.type) };
}

/** A variable that is assigned to; notes it where it outlives the function. */
function target(scope, node) {
  const { local, declaration } = meaning(scope, node);
  if (local !== undefined) return local;
  if (declaration?.kind !== "let" || declaration.type === undefined) fail(node, `cannot assign to ${node.getText()}`);
  scope.facts.hasEffects = true;
  return declaration;
}

function step(scope, node, write) {
  const { c, type } = target(scope, node.operand);
  const sign = node.operator === K.PlusPlusToken ? "+" : "-";
  return { code: write(c, sign), type, hasEffects: true, isConstant: false };
}

function binary(scope, node, wanted) {
  const { kind } = node.operatorToken;
  if (kind === K.EqualsToken || COMPOUND.has(kind)) return assignment(scope, node, COMPOUND.get(kind));
  if (kind === K.AmpersandAmpersandToken || kind === K.BarBarToken) {
    const left = condition(scope, node.left);
    const right = condition(scope, node.right);
    const isValue = wanted !== undefined && wanted !== bool;
    if (isValue && (left.type !== bool || right.type !== bool)) fail(node, "&& and || of numbers are not translated");
    return {
      code: `(${left.code} ${kind === K.BarBarToken ? "||" : "&&"} ${right.code})`,
      type: bool,
      ...both(left, right),
    };
  }
  if (kind === K.CommaToken) fail(node, "the comma operator is not translated");
  const left = expression(scope, node.left, COMPARISON.has(kind) ? undefined : wanted);
  return operation(node, kind, left, expression(scope, node.right, left.type));
}

/** `left operator right`, operands evaluated from left to right. */
function operation(node, kind, left, right) {
  const sign = ARITHMETIC.get(kind);
  const compared = COMPARISON.get(kind);
  const shift = SHIFT.get(kind);
  const onIntegers = shift !== undefined || ["&", "|", "^"].includes(sign);
  const isSignImportant = (compared ?? "==").length === 1 || sign === "/" || sign === "%" || /^[<>]=$/.test(compared);
  const common = shift === undefined ? commonType(left.type, right.type, isSignImportant && sign !== "+") : left.type;
  if (common === null || !isNumber(common) || (onIntegers && !(isInteger(left.type) && isInteger(right.type)))) {
    fail(node, `${node.operatorToken.getText()} between ${left.type.name} and ${right.type.name}`);
  }
  const facts = both(left, right);
  if (compared !== undefined) {
    return { code: inOrder([left, right], ([a, b]) => `(${a} ${compared} ${b})`), type: bool, ...facts };
  }
  if (shift !== undefined)
    return { code: inOrder([left, right], shifted(shift, common, right)), type: common, ...facts };
  if (sign === undefined) fail(node, `operator ${node.operatorToken.getText()} is not translated`);
  const write =
    sign === "%" && common.isFloat ? ([a, b]) => `fmod(${a}, ${b})` : ([a, b]) => narrow(`(${a} ${sign} ${b})`, common);
  return { code: inOrder([left, right], write), type: common, ...facts };
}

/** WebAssembly takes a shift by its lower bits; `>>>` is for unsigned numbers. */
function shifted(shift, type, by) {
  const width = Math.max(32, type.bits);
  const isInRange = by.isConstant && /^\d+u?$/.test(by.code) && parseInt(by.code, 10) < width;
  const unsigned = type.isSigned && shift === ">>>" ? `(uint${width}_t)` : "";
  return ([a, b]) => {
    const shifted = `(${unsigned}${a} ${shift.slice(0, 2)} ${isInRange ? b : `(${b} & ${width - 1})`})`;
    return unsigned === "" ? narrow(shifted, type) : `((${type.c})${shifted})`;
  };
}

/** C computes small integers as int: brings the result back. */
const narrow = (code, type) => (isInteger(type) && type.bits < 32 ? `((${type.c})${code})` : code);

function assignment(scope, node, operator) {
  const { c, type } = target(scope, node.left);
  const written = expression(scope, node.right, type);
  const before = { code: c, type, hasEffects: false, isConstant: false };
  const value = operator === undefined ? written : operation(node, operator, before, written);
  if (isNumber(type) !== isNumber(value.type)) fail(node, `${value.type.name} given to a ${type.name}`);
  if (type.isFloat === false && value.type.isFloat) fail(node, `${value.type.name} given to a ${type.name}`);
  return { code: `(${c} = ${value.code})`, type, hasEffects: true, isConstant: false };
}
