import { FIXED, LANES } from "./builtins.mjs";
import { condition, expression } from "./expressions.mjs";
import { fail } from "./modules.mjs";
import { meaning, typeOf } from "./names.mjs";
import { inOrder } from "./order.mjs";
import { TYPES, commonType, f64, i32, isNumber, nothing, usize, v128 } from "./types.mjs";

/** Built-ins that take a type, or whose types follow from their arguments; each gets (scope, node, wanted). */
const GENERIC = {
  load,
  store,
  min: pair("min"),
  max: pair("max"),
  select,
  unchecked: (scope, node, wanted) => expression(scope, node.arguments[0], wanted),
  sizeof: (scope, node) => ({
    code: `${bytesOf(typeArgument(scope, node))}u`,
    type: usize,
    hasEffects: false,
    isConstant: true,
  }),
  // Release builds drop assertions but keep their value, which nothing here uses.
  assert: () => ({ code: "((void)0)", type: nothing, hasEffects: false, isConstant: false }),
  "memory.copy": (scope, node) =>
    onMemory(scope, node, [usize, usize, usize], (a) => `memmove((void *)${a[0]}, (void *)${a[1]}, ${a[2]})`),
  "memory.fill": (scope, node) =>
    onMemory(scope, node, [usize, TYPES.u8, usize], (a) => `memset((void *)${a[0]}, ${a[1]}, ${a[2]})`),
  "f64.load": (scope, node) => loadOf(scope, node, f64),
  "f64.store": (scope, node) => storeOf(scope, node, f64),
  "i32.load": (scope, node) => loadOf(scope, node, i32),
  "i32.store": (scope, node) => storeOf(scope, node, i32),
  "v128.load": (scope, node) => loadOf(scope, node, v128),
  "v128.store": (scope, node) => storeOf(scope, node, v128),
  "v128.load64_splat": loadSplat,
  "v128.load_splat": loadSplat,
  "v128.shuffle": shuffle,
};

export function call(scope, node, wanted) {
  const { declaration, builtin } = meaning(scope, node.expression);
  if (declaration?.kind === "function") return callFunction(scope, node, declaration);
  if (builtin === undefined) fail(node, `${node.expression.getText()} is not a function`);
  if (Object.hasOwn(GENERIC, builtin)) return GENERIC[builtin](scope, node, wanted);
  const fixed = FIXED.get(builtin) ?? FIXED.get(laneWise(scope, node, builtin));
  if (fixed === undefined) fail(node, `${builtin} is not known, or gives other bits in C`);
  return apply(
    scope,
    node,
    fixed.args.map((each) => TYPES[each]),
    TYPES[fixed.result],
    (codes) => `${fixed.c}(${codes.join(", ")})`,
  );
}

/** `v128.add<f64>` as `f64x2.add`. */
function laneWise(scope, node, builtin) {
  if (!builtin.startsWith("v128.") || node.typeArguments?.length !== 1) return undefined;
  return builtin.replace("v128", LANES[typeArgument(scope, node).name] ?? "v128");
}

function operands(scope, node, types) {
  if (node.arguments.length !== types.length) {
    fail(node, `${node.expression.getText()} with ${node.arguments.length} arguments, not ${types.length}`);
  }
  return types.map((type, i) => {
    const value = expression(scope, node.arguments[i], type);
    const isLossy = isNumber(type) && !type.isFloat && value.type.isFloat;
    if (isNumber(type) !== isNumber(value.type) || isLossy) {
      fail(node.arguments[i], `${value.type.name} given for a ${type.name}`);
    }
    // A name that `inOrder` gives, and C's own promotions, must not change what the callee sees.
    return value.type === type ? value : { ...value, code: `((${type.c})${value.code})`, type };
  });
}

function apply(scope, node, types, result, write, hasEffects = false) {
  const values = operands(scope, node, types);
  if (hasEffects) scope.facts.hasEffects = true;
  return {
    code: inOrder(values, write),
    type: result,
    hasEffects: hasEffects || values.some((each) => each.hasEffects),
    isConstant: false,
  };
}

function callFunction(scope, node, callee) {
  if (node.typeArguments !== undefined) fail(node, "generic functions are not translated");
  scope.facts.calls.add(callee);
  const given = node.arguments.length;
  const filled = callee.parameters.slice(given).map(({ otherwise }) => otherwise);
  if (given > callee.parameters.length || filled.includes(undefined)) {
    fail(node, `${callee.name} takes ${callee.parameters.length} arguments, not ${given}`);
  }
  const types = callee.parameters.slice(0, given).map(({ type }) => type);
  const write = (codes) => `${callee.c}(${[...codes, ...filled].join(", ")})`;
  return apply(scope, node, types, callee.type, write, callee.hasEffects);
}

function typeArgument(scope, node) {
  if (node.typeArguments?.length !== 1) fail(node, `${node.expression.getText()} without its type`);
  return typeOf(scope.module, node.typeArguments[0]);
}

const bytesOf = (type) => Math.max(8, type.bits) / 8;

function cell(node, type, address, offset) {
  if (type === usize || type === TYPES.bool) fail(node, `${type.name} in memory is not translated`);
  return `(*(as_cell_${type.name} *)(${offset === undefined ? address : `${address} + ${offset}`}))`;
}

function load(scope, node) {
  return loadOf(scope, node, typeArgument(scope, node));
}
function store(scope, node) {
  return storeOf(scope, node, typeArgument(scope, node));
}

/** load(address, offset?): an alignment after it is only a hint. */
function loadOf(scope, node, type) {
  const types = [usize, usize, usize].slice(0, node.arguments.length);
  return apply(scope, node, types, type, ([address, offset]) => cell(node, type, address, offset));
}

function storeOf(scope, node, type) {
  const types = [usize, type, usize, usize].slice(0, node.arguments.length);
  const write = ([address, value, offset]) => `(void)(${cell(node, type, address, offset)} = ${value})`;
  return apply(scope, node, types, nothing, write, true);
}

function loadSplat(scope, node) {
  const value = loadOf(scope, node, f64);
  return { ...value, code: `as_f64x2_splat(${value.code})`, type: v128 };
}

function onMemory(scope, node, types, write) {
  return apply(scope, node, types, nothing, (codes) => `(void)${write(codes)}`, true);
}

/** min and max of two numbers of one type: the type given, or the one in which the arguments meet. */
function pair(name) {
  return (scope, node, wanted) => {
    if (node.arguments.length !== 2) fail(node, `${name} of ${node.arguments.length} numbers`);
    let type = node.typeArguments === undefined ? undefined : typeArgument(scope, node);
    if (type === undefined) {
      const left = expression(scope, node.arguments[0], wanted);
      type = commonType(left.type, expression(scope, node.arguments[1], left.type).type);
    }
    if (type === null || !isNumber(type) || type.bits < 32) fail(node, `${name} of these types is not translated`);
    return apply(scope, node, [type, type], type, ([a, b]) => `as_${name}_${type.name}(${a}, ${b})`);
  };
}

/** select(a, b, condition): both are evaluated. */
function select(scope, node, wanted) {
  const type =
    node.typeArguments === undefined ? expression(scope, node.arguments[0], wanted).type : typeArgument(scope, node);
  if (type.bits < 32) fail(node, `select of ${type.name} is not translated`);
  condition(scope, node.arguments[2]);
  const write = ([a, b, first]) => `as_select_${type.name}(${a}, ${b}, ${first})`;
  return apply(scope, node, [type, type, TYPES.bool], type, write);
}

/** v128.shuffle<f64>(a, b, lane, lane) of 64-bit lanes. */
function shuffle(scope, node) {
  if (!Object.hasOwn(LANES, typeArgument(scope, node).name)) fail(node, "only 64-bit lanes are shuffled");
  const lanes = node.arguments.slice(2).map((each) => Number(each.getText()));
  if (lanes.length !== 2 || lanes.some((lane) => !(lane >= 0 && lane < 4)))
    fail(node, "two lanes, 0 to 3, are written out");
  const write = ([a, b]) => `((v128){${lanes.map((lane) => `(${lane < 2 ? a : b})[${lane % 2}]`).join(", ")}})`;
  return apply(scope, node, [v128, v128, i32, i32], v128, write);
}
