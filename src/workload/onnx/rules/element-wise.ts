import type { Primitive } from "../../operator.ts";
import { ElementType, isFloat, sizeOf } from "../graph.ts";
import { activation, view, type NodeContext, type Result, type Rule } from "../node-context.ts";
import { MOST_NUMBERS } from "../numbers.ts";
import { elementsOf, isStored, type Trace, type Value } from "../value.ts";

type Fold = (numbers: readonly number[], isWhole: boolean) => number;

interface ElementWise {
  readonly primitive: Primitive;
  readonly fold?: Fold;
  /** The result says yes or no. */
  readonly isTruth?: boolean;
}

const truth = (fold: Fold): ElementWise => ({ primitive: "add", fold, isTruth: true });
const simple = (fold?: Fold): ElementWise => ({ primitive: "add", ...(fold === undefined ? {} : { fold }) });
/** One special function an element, as tanh is. */
const special = (fold?: Fold): ElementWise => ({ primitive: "tanh", ...(fold === undefined ? {} : { fold }) });

const sum: Fold = (numbers) => numbers.reduce((total, each) => total + each, 0);

/** Division of whole numbers goes towards zero. */
const quotient: Fold = ([a = 0, b = 0], isWhole) => (isWhole ? Math.trunc(a / b) : a / b);

/** Operators that do the same to every element, with what they cost and how they are computed of known numbers. */
const ELEMENT_WISE: Readonly<Record<string, ElementWise>> = {
  Add: simple(sum),
  Sum: simple(sum),
  Sub: simple(([a = 0, b = 0]) => a - b),
  Max: simple((numbers) => Math.max(...numbers)),
  Min: simple((numbers) => Math.min(...numbers)),
  Mean: simple((numbers) => sum(numbers, false) / numbers.length),
  Neg: simple(([a = 0]) => -a),
  Abs: simple(([a = 0]) => Math.abs(a)),
  Sign: simple(([a = 0]) => Math.sign(a)),
  Floor: simple(([a = 0]) => Math.floor(a)),
  Ceil: simple(([a = 0]) => Math.ceil(a)),
  Round: simple(),
  Clip: simple(([a = 0, least = -Infinity, most = Infinity]) => Math.min(Math.max(a, least), most)),
  Mod: simple(([a = 0, b = 0]) => a - b * Math.floor(a / b)),
  BitShift: simple(),
  BitwiseAnd: simple(),
  BitwiseOr: simple(),
  BitwiseXor: simple(),
  BitwiseNot: simple(),
  Where: simple(([is = 0, yes = 0, no = 0]) => (is !== 0 ? yes : no)),
  Not: truth(([a = 0]) => Number(a === 0)),
  And: truth(([a = 0, b = 0]) => Number(a !== 0 && b !== 0)),
  Or: truth(([a = 0, b = 0]) => Number(a !== 0 || b !== 0)),
  Xor: truth(([a = 0, b = 0]) => Number((a !== 0) !== (b !== 0))),
  Equal: truth(([a = 0, b = 0]) => Number(a === b)),
  Less: truth(([a = 0, b = 0]) => Number(a < b)),
  LessOrEqual: truth(([a = 0, b = 0]) => Number(a <= b)),
  Greater: truth(([a = 0, b = 0]) => Number(a > b)),
  GreaterOrEqual: truth(([a = 0, b = 0]) => Number(a >= b)),
  IsNaN: truth(([a = 0]) => Number(Number.isNaN(a))),
  IsInf: { primitive: "add", isTruth: true },
  Mul: { primitive: "multiply", fold: ([a = 0, b = 0]) => a * b },
  Relu: { primitive: "relu", fold: ([a = 0]) => Math.max(a, 0) },
  LeakyRelu: { primitive: "relu" },
  ThresholdedRelu: { primitive: "relu" },
  PRelu: { primitive: "relu" },
  HardSigmoid: { primitive: "multiply" },
  HardSwish: { primitive: "multiply" },
  Sqrt: special(([a = 0]) => Math.sqrt(a)),
  Reciprocal: special(([a = 0]) => 1 / a),
  ...Object.fromEntries(
    ["Exp", "Log", "Erf", "Tanh", "Sigmoid", "Sin", "Cos", "Softplus", "Softsign", "Elu", "Selu", "Celu"].map(
      (name) => [name, special()],
    ),
  ),
  Gelu: { primitive: "gelu" },
  FastGelu: { primitive: "gelu" },
  BiasGelu: { primitive: "gelu" },
  QuickGelu: { primitive: "quick-gelu" },
  Swish: { primitive: "silu" },
};

function elementWise(c: NodeContext, { primitive, fold, isTruth = false }: ElementWise): readonly Result[] {
  const values = c.present();
  if (values.length === 0) return c.fail("It has no inputs.");
  const dims = c.broadcast(values);
  const first = values[c.node.op === "Where" ? 1 : 0] ?? values[0]!;
  const type = isTruth ? ElementType.BOOL : first.type;
  const numbers = fold === undefined ? null : folded(values, dims, !isFloat(first.type), fold);
  const trace = c.node.op === "Add" ? biased(c, values, dims) : null;
  if (trace !== null) return [activation(dims, type, trace)];
  const added = c.elementWise("", primitive, dims, withoutBias(c, values));
  return [{ dims, type, numbers, trace: added === null ? null : scored(c, values, dims, added) }];
}

/** A bias goes into the sums of the product before it. */
function withoutBias(c: NodeContext, values: readonly Value[]): readonly Value[] {
  const hasBias = (c.node.op === "BiasGelu" || c.node.op === "FastGelu") && values.length === 2;
  return hasBias && values[0]!.trace?.kind === "linear" && c.isOnlyHere(0) ? values.slice(0, 1) : values;
}

/** Operators of many inputs are computed where they have at most so many numbers in all. */
const MOST_OPERANDS = 16 * MOST_NUMBERS;

/** Numbers of the result where all inputs are known, or null. */
function folded(
  values: readonly Value[],
  dims: readonly number[],
  isWhole: boolean,
  fold: Fold,
): readonly number[] | null {
  const size = sizeOf(dims);
  if (size > MOST_NUMBERS || size * values.length > MOST_OPERANDS || values.some(({ numbers }) => numbers === null))
    return null;
  const results = Array.from({ length: size }, (_, at) =>
    fold(
      values.map((each) => each.numbers![placeIn(each, dims, at)]!),
      isWhole,
    ),
  );
  return isWhole && !results.every(Number.isSafeInteger) ? null : results;
}

/** Where the element that goes into element `at` of the result lies in an input that is spread out to it. */
function placeIn({ dims }: Value, result: readonly number[], at: number): number {
  let [rest, place, stride] = [at, 0, 1];
  for (let axis = result.length - 1, own = dims.length - 1; axis >= 0; axis--, own--) {
    const size = result[axis]!;
    const index = rest % size;
    rest = (rest - index) / size;
    if (own < 0) break;
    if (dims[own] !== 1) place += index * stride;
    stride *= dims[own]!;
  }
  return place;
}

/** The trace of a product whose sums start at what is added here; null: this is no bias. */
function biased(c: NodeContext, values: readonly Value[], dims: readonly number[]): Trace {
  for (const [at, other] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const [sums, bias] = [values[at], values[other]];
    if (sums?.trace?.kind !== "linear" || bias === undefined || !isStored(bias) || !c.isOnlyHere(at)) continue;
    const { n } = sums.trace;
    if (dims.at(-1) === n && bias.dims.at(-1) === n && elementsOf(bias) === n && sizeOf(dims) === elementsOf(sums))
      return sums.trace;
  }
  return null;
}

/** Scores that are scaled or masked here stay scores: a softmax behind them does it in its first pass. */
function scored(c: NodeContext, values: readonly Value[], dims: readonly number[], added: number): Trace {
  if (!["Add", "Sub", "Mul", "Div", "Where"].includes(c.node.op)) return null;
  for (const [at, { trace, dims: own }] of values.entries()) {
    if (trace?.kind !== "scores" || sizeOf(own) !== sizeOf(dims)) continue;
    const isScalar = values.every((each, i) => i === at || elementsOf(each) === 1);
    const isMask = c.node.op === "Add" || c.node.op === "Sub" || c.node.op === "Where";
    if ((isScalar || isMask) && c.isOnlyHere(at)) return { ...trace, extras: [...trace.extras, added] };
  }
  return null;
}

/** By a scalar that is known: one multiplication. By a divisor for each row: its reciprocal once a row. Else one for each element. */
const divide: Rule = (c) => {
  const [a, b] = [c.input(0), c.input(1)];
  const isFew = elementsOf(b) === 1 || (isFloat(a.type) && (isStored(b) || b.dims.at(-1) === 1));
  return elementWise(c, { primitive: isFew ? "multiply" : "tanh", fold: quotient });
};

/** Squares and cubes are multiplications; other powers one special function. */
const power: Rule = (c) => {
  const exponent = c.input(1).numbers;
  const isSmall = exponent?.length === 1 && (exponent[0] === 2 || exponent[0] === 3);
  return elementWise(c, { primitive: isSmall ? "multiply" : "tanh" });
};

const cast: Rule = (c) => {
  const value = c.input(0);
  const given = c.attribute("to");
  const type = typeof given === "number" ? (given as ElementType) : (c.optional(1)?.type ?? value.type);
  const isCut = isFloat(value.type) && !isFloat(type);
  return [{ ...view(value, value.dims, isCut ? (value.numbers?.map(Math.trunc) ?? null) : value.numbers), type }];
};

const same: Rule = (c) => [view(c.input(0), c.input(0).dims), activation(c.input(0).dims, ElementType.BOOL)];

export const ELEMENT_WISE_RULES: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(
    Object.entries(ELEMENT_WISE).map(([name, what]) => [name, (c: NodeContext) => elementWise(c, what)]),
  ),
  Div: divide,
  Pow: power,
  Cast: cast,
  CastLike: cast,
  Identity: (c) => [view(c.input(0), c.input(0).dims)],
  Dropout: same,
  CumSum: (c) => elementWiseOfFirst(c, "add"),
  Trilu: (c) => elementWiseOfFirst(c, "multiply"),
};

/** Work on each element of the first input. */
export function elementWiseOfFirst(c: NodeContext, primitive: Primitive): readonly Result[] {
  const value = c.input(0);
  c.elementWise("", primitive, value.dims, [value]);
  return [{ dims: value.dims, type: value.type }];
}
