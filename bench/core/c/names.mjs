import ts from "typescript";
import { CONSTANTS } from "./builtins.mjs";
import { fail, resolve } from "./modules.mjs";
import { TYPES, f64, i32 } from "./types.mjs";

const C_WORDS =
  "auto case char const default do double else enum extern float for goto if inline int long register restrict return " +
  "short signed sizeof static struct switch typedef union unsigned void volatile while linux unix i386 asm typeof main";
const TAKEN = new Set(C_WORDS.split(" "));

/** Name of a local in C: its own, unless C means something by it. */
export const localName = (name) => (TAKEN.has(name) ? `${name}_` : name);

/** Where code stands: its module, its locals (inner scopes inherit), and what is found out about its function. */
export const innerScope = (scope) => ({ ...scope, locals: new Map(), parent: scope });

export function findLocal(scope, name) {
  for (let at = scope; at !== undefined; at = at.parent) {
    const found = at.locals.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What an identifier or a dotted name means: { local }, { declaration }, { constant } or { builtin: its text }. */
export function meaning(scope, node) {
  if (ts.isIdentifier(node)) {
    const local = findLocal(scope, node.text);
    if (local !== undefined) return { local };
    const declaration = resolve(scope.module, node.text);
    if (declaration !== undefined) return { declaration };
    return CONSTANTS.has(node.text) ? { constant: node.text } : { builtin: node.text };
  }
  if (!ts.isPropertyAccessExpression(node) || !ts.isIdentifier(node.expression)) {
    fail(node, `${ts.SyntaxKind[node.kind]} is not translated as a name`);
  }
  const owner = resolve(scope.module, node.expression.text);
  if (owner?.kind === "namespace") {
    const declaration = resolve(owner.from, node.name.text);
    if (declaration === undefined) fail(node, `${owner.from.file} declares no ${node.name.text}`);
    return { declaration };
  }
  if (owner?.kind === "enum") return { member: enumMember(owner, node) };
  const text = `${node.expression.text}.${node.name.text}`;
  return CONSTANTS.has(text) ? { constant: text } : { builtin: text };
}

/** Members are counted on from the last written value. */
function enumMember(declaration, node) {
  let next = 0;
  for (const member of declaration.node.members) {
    const written = member.initializer;
    const value = written === undefined ? next : Number(written.getText());
    if (!Number.isInteger(value)) fail(member, "the value of an enum member is written as a whole number");
    if (member.name.text === node.name.text) return value;
    next = value + 1;
  }
  return fail(node, `enum ${declaration.name} has no member ${node.name.text}`);
}

/** The type that a type node names. */
export function typeOf(module, node) {
  if (node.kind === ts.SyntaxKind.VoidKeyword) return TYPES.void;
  if (node.kind === ts.SyntaxKind.BooleanKeyword) return TYPES.bool;
  if (node.kind === ts.SyntaxKind.NumberKeyword) return f64;
  if (ts.isTypeReferenceNode(node) && ts.isIdentifier(node.typeName) && node.typeArguments === undefined) {
    const name = node.typeName.text;
    if (Object.hasOwn(TYPES, name)) return TYPES[name];
    const alias = resolve(module, name);
    if (alias?.kind === "type") return typeOf(alias.module, alias.node.type);
    if (alias?.kind === "enum") return i32;
  }
  return fail(node, `type ${node.getText()} is not translated`);
}
