import { ElementType, sizeOf } from "../graph.ts";
import { activation, view, type NodeContext, type Result, type Rule } from "../node-context.ts";
import { isStored, type Trace, type Value } from "../value.ts";

/** Sizes of a contraction of a [.., m, k] and b [.., k, n]: batch elements of each, and of the result. */
interface Contraction {
  readonly batchA: number;
  readonly batchB: number;
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/**
 * A product of two values. What is stored is the second operand, from whichever side it comes; batch elements that have the same second
 * operand are rows of one product.
 *
 * @returns what its result may still become part of
 */
export function contract(c: NodeContext, name: string, a: Value, b: Value, sizes: Contraction): Trace {
  const { batchA, batchB, batch, m, n, k } = sizes;
  if (isStored(a) && !isStored(b)) {
    const swapped = { batchA: batchB, batchB: batchA, batch, m: n, n: m, k };
    linear(c, name, b.isCache, a.origin, swapped);
    return null;
  }
  if (isStored(b)) {
    linear(c, name, a.isCache, b.origin, sizes);
    return batchB === 1 ? { kind: "linear", n } : null;
  }
  if (a.trace?.kind === "softmax" && c.isOnlyHere(0)) c.delay([a.trace.product, a.trace.softmax]);
  const product = c.product(name, {
    ...{ batch: batchB, m: rowsOf(sizes), n, k, shared: false, weights: -1 },
    classes: ["activation", b.isCache ? "kv" : "activation"],
  });
  return product === null ? null : { kind: "scores", product, extras: [] };
}

/** Rows that one second operand has; none where there is no element. */
function rowsOf({ batchB, batch, m }: Contraction): number {
  return batchB === 0 ? 0 : (batch / batchB) * m;
}

/** Rows of activations by a stored matrix, or by one for each of some groups of rows. */
function linear(c: NodeContext, name: string, isCache: boolean, weights: number, sizes: Contraction): void {
  const { batchB, n, k } = sizes;
  c.product(name, {
    ...{ batch: batchB, m: rowsOf(sizes), n, k, shared: batchB === 1, weights },
    classes: [isCache ? "kv" : "activation", name === "" && c.isGraphOutput(0) ? "head" : "weight"],
  });
}

const swapped = (dims: readonly number[]): readonly number[] => [...dims.slice(0, -2), dims.at(-1)!, dims.at(-2)!];

/** Matrices in the last two dimensions, a vector as a row (first operand) or a column (second). */
export function matrixProduct(
  c: NodeContext,
  a: Value,
  b: Value,
  options: {
    readonly transA?: boolean;
    readonly transB?: boolean;
    readonly type?: ElementType;
    readonly name?: string;
  } = {},
): Result {
  if (a.dims.length === 0 || b.dims.length === 0) return c.fail("An operand has no dimensions.");
  const [rowA, columnB] = [a.dims.length === 1, b.dims.length === 1];
  const shapeA = rowA ? [1, a.dims[0]!] : options.transA === true ? swapped(a.dims) : a.dims;
  const shapeB = columnB ? [b.dims[0]!, 1] : options.transB === true ? swapped(b.dims) : b.dims;
  const [m, k, n] = [shapeA.at(-2)!, shapeA.at(-1)!, shapeB.at(-1)!];
  if (shapeB.at(-2) !== k) c.fail(`Matrices [${shapeA}] and [${shapeB}] have no common inner size.`);
  const [outerA, outerB] = [shapeA.slice(0, -2), shapeB.slice(0, -2)];
  const outer = c.broadcast([
    { ...a, dims: outerA },
    { ...b, dims: outerB },
  ]);
  const sizes = { batchA: sizeOf(outerA), batchB: sizeOf(outerB), batch: sizeOf(outer), m, n, k };
  const trace = contract(c, options.name ?? "", a, b, sizes);
  const dims = [...outer, ...(rowA ? [] : [m]), ...(columnB ? [] : [n])];
  return activation(dims, options.type ?? a.type, trace);
}

const gemm: Rule = (c) => {
  const [a, b] = [c.rank(0, 2), c.rank(1, 2)];
  const result = matrixProduct(c, a, b, {
    transA: c.whole("transA", 0) !== 0,
    transB: c.whole("transB", 0) !== 0,
  });
  const added = c.optional(2);
  if (added !== null && !isStored(added)) c.elementWise("add", "add", result.dims, [{ ...a, ...result }, added]);
  return [result];
};

/** Two operands without repeated letters in one of them: letters of both are summed over, or go along. */
const einsum: Rule = (c) => {
  const equation = c.word("equation", "").replace(/\s/g, "");
  const match = /^([a-zA-Z]*)(?:,([a-zA-Z]*))?(?:->([a-zA-Z]*))?$/.exec(equation);
  const terms = match === null ? [] : [match[1]!, ...(match[2] === undefined ? [] : [match[2]])];
  const isPlain =
    terms.length > 0 &&
    terms.length === c.present().length &&
    terms.every((term) => new Set(term).size === term.length);
  if (!isPlain)
    c.fail(`Its equation "${equation.slice(0, 60)}" is none of one or two operands with different letters each.`);
  const size = new Map<string, number>();
  terms.forEach((term, at) => {
    const { dims } = c.input(at);
    if (dims.length !== term.length) c.fail(`Its equation "${equation}" does not fit [${dims}].`);
    [...term].forEach((letter, axis) => {
      const known = size.get(letter) ?? dims[axis]!;
      if (known !== dims[axis]) c.fail(`Its letter ${letter} is ${known} and ${dims[axis]}.`);
      size.set(letter, known);
    });
  });
  const all = [...terms.join("")];
  const once = all.filter((letter) => all.indexOf(letter) === all.lastIndexOf(letter)).sort();
  const result = [...(match?.[3] ?? once.join(""))];
  const dims = result.map((letter) => size.get(letter) ?? c.fail(`Its result names ${letter}, which no operand has.`));
  const [first = "", second] = terms;
  if (second === undefined) {
    if (result.length !== first.length) c.fail(`Its equation "${equation}" sums over one operand.`);
    return [{ ...view(c.input(0), dims, null), trace: null }];
  }
  const product = (letters: readonly string[]) => sizeOf(letters.map((letter) => size.get(letter)!));
  const [inA, inB, inResult] = [new Set(first), new Set(second), new Set(result)];
  const lone = all.find((letter) => !inResult.has(letter) && inA.has(letter) !== inB.has(letter));
  if (lone !== undefined) c.fail(`Its equation "${equation}" sums ${lone} over one operand.`);
  const [a, b] = [c.input(0), c.input(1)];
  const batch = product(result.filter((letter) => inA.has(letter) && inB.has(letter)));
  const trace = contract(c, "", a, b, {
    ...{ batch, batchA: batch, batchB: batch },
    m: product(result.filter((letter) => inA.has(letter) && !inB.has(letter))),
    n: product(result.filter((letter) => inB.has(letter) && !inA.has(letter))),
    k: product([...inA].filter((letter) => inB.has(letter) && !inResult.has(letter))),
  });
  return [activation(dims, a.type, trace)];
};

const fused: Rule = (c) => [
  matrixProduct(c, c.input(0), c.input(1), {
    transA: c.whole("transA", 0) !== 0,
    transB: c.whole("transB", 0) !== 0,
  }),
];

/** Weights of few bits in blocks with scales: [n, blocks, bytes]. */
const fewBits: Rule = (c) => {
  const [a, b] = [c.input(0), c.input(1)];
  const [n, k] = [c.whole("N"), c.whole("K")];
  if (a.dims.at(-1) !== k) c.fail(`Its rows have ${a.dims.at(-1) ?? 0} elements, not K = ${k}.`);
  if (n < 1 || k < 1) c.fail(`Its sizes N = ${n} and K = ${k} must be at least 1.`);
  return [matrixProduct(c, a, { ...b, dims: [n, k] }, { transB: true })];
};

/** Products of quantised operands; places of the operands, and the type of the result. */
const quantised =
  (a: number, b: number, type?: ElementType, scaledFrom?: number): Rule =>
  (c) => {
    const kind = type ?? c.optional(scaledFrom ?? 0)?.type ?? ElementType.FLOAT;
    return [matrixProduct(c, c.input(a), c.input(b), { type: kind })];
  };

export const PRODUCT_RULES: Readonly<Record<string, Rule>> = {
  MatMul: (c) => [matrixProduct(c, c.input(0), c.input(1))],
  ...{ Gemm: gemm, Einsum: einsum, FusedMatMul: fused, MatMulNBits: fewBits },
  MatMulInteger: quantised(0, 1, ElementType.INT32),
  QLinearMatMul: quantised(0, 3, undefined, 7),
  DynamicQuantizeMatMul: quantised(0, 1, ElementType.FLOAT),
  MatMulIntegerToFloat: quantised(0, 1, undefined, 2),
};
