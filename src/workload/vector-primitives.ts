import type { LanePrimitive } from "./operator.ts";

/**
 * What vector work costs. A primitive is a few passes over its elements; each pass has, per element, plain lane operations
 * (add, multiply, multiply-add, compare, move: one lane-cycle each), special functions, and accesses to the local buffer.
 * Between passes the elements rest in the local buffer: a row is in general longer than what the lanes can keep.
 * What is found once a row (reciprocal of the sum, inverse deviation) is `perRow`.
 * A row is reduced in its lanes; the last ⌈log2 lanes⌉ steps across lanes, which a row-per-lane layout avoids, are left out.
 */
export interface Pass {
  readonly name: string;
  readonly operations: number;
  readonly specials: number;
  /** Elements read from, and written to, the local buffer. */
  readonly reads: number;
  readonly writes: number;
  readonly why: string;
}

export interface PrimitiveCost {
  readonly passes: readonly Pass[];
  readonly perRow: { readonly operations: number; readonly specials: number };
  /** What an element is: one of the result, or one of those that are reduced to it (`rowLength` for each of the result). */
  readonly over: "result" | "reduced";
  readonly source: string;
}

/**
 * Lane-cycles of one special function: exponential, tanh, reciprocal, reciprocal square root.
 * Value: ratio of the throughput of fp32 add, multiply and multiply-add (64 results per cycle and multiprocessor) to that of
 * reciprocal, reciprocal square root and exp2 (16), compute capability 8.0. Low: a look-up and interpolation unit in every lane.
 * High: the same ratio at compute capability 8.6 (128 to 16).
 */
export const SPECIAL_FUNCTION = {
  value: 4,
  low: 1,
  high: 8,
  unit: "lane-cycles",
  source: "NVIDIA, CUDA C++ Programming Guide 12, table of arithmetic throughput; low: Yu et al., NN-LUT, DAC 2022",
  year: 2022,
} as const;

/**
 * Lane-cycles to convert one element that is stored in another format than the arrays compute in: unpack it, and one multiply-add with
 * scale and zero point. Low: two packed elements at a time, the multiply-add alone. High: unpack, subtract, convert, multiply.
 */
export const CONVERSION = {
  value: 2,
  low: 1,
  high: 4,
  unit: "lane-cycles",
  source:
    "Kim et al. 2022 (arXiv 2211.10017), section 3: integers to fp16 by bit operations on pairs, then a fused multiply-add; " +
    "high: the plain sequence that it replaces",
  year: 2022,
} as const;

const pass = (name: string, work: readonly [number, number], buffer: readonly [number, number], why: string): Pass => ({
  name,
  operations: work[0],
  specials: work[1],
  reads: buffer[0],
  writes: buffer[1],
  why,
});

const NOTHING = { operations: 0, specials: 0 };
const elementWise = (source: string, ...passes: readonly Pass[]): PrimitiveCost => ({
  passes,
  perRow: NOTHING,
  over: "result",
  source,
});

export const VECTOR_PRIMITIVES: Readonly<Record<LanePrimitive, PrimitiveCost>> = {
  softmax: {
    passes: [
      pass("max", [1, 0], [1, 0], "compare with the largest so far"),
      pass(
        "exp-and-sum",
        [2, 1],
        [1, 1],
        "scale and subtract the maximum (one multiply-add), exponential, add to the sum",
      ),
      pass("scale", [1, 0], [1, 1], "times the reciprocal of the sum"),
    ],
    perRow: { operations: 0, specials: 1 },
    over: "result",
    source: "three-pass safe softmax, Milakov and Gimelshein 2018 (arXiv 1805.02867), algorithm 2",
  },
  "online-softmax": {
    passes: [
      pass(
        "block",
        [4, 1],
        [1, 1],
        "compare with the largest so far; scale and subtract it (one multiply-add), exponential, add to the sum; results so far times what the maximum moved, about once an element",
      ),
    ],
    perRow: { operations: 0, specials: 1 },
    over: "result",
    source: "Dao 2023, FlashAttention-2 (arXiv 2307.08691), algorithm 1, with blocks as long as a head is wide",
  },
  layernorm: {
    passes: [
      pass("statistics", [2, 0], [1, 0], "add to the sum, multiply-add to the sum of squares"),
      pass("apply", [2, 0], [1, 1], "(x − mean) / deviation as one multiply-add, gain and offset as another"),
    ],
    perRow: { operations: 4, specials: 1 },
    over: "result",
    source: "Ba et al. 2016 (arXiv 1607.06450), eq. 3; mean, mean of squares, variance, −mean / deviation per row",
  },
  rmsnorm: {
    passes: [
      pass("statistics", [1, 0], [1, 0], "multiply-add to the sum of squares"),
      pass("apply", [2, 0], [1, 1], "times the inverse root mean square, times the gain"),
    ],
    perRow: { operations: 1, specials: 1 },
    over: "result",
    source: "Zhang and Sennrich 2019 (arXiv 1910.07467), eq. 4",
  },
  "l2-normalise": {
    passes: [
      pass("statistics", [1, 0], [1, 0], "multiply-add to the sum of squares"),
      pass("apply", [1, 0], [1, 1], "times the inverse norm"),
    ],
    perRow: { operations: 0, specials: 1 },
    over: "result",
    source: "definition of the norm",
  },
  gelu: elementWise(
    "Hendrycks and Gimpel 2016 (arXiv 1606.08415), tanh form; I-BERT (arXiv 2101.01321), algorithm 2, takes about as many integer operations",
    pass("apply", [5, 1], [1, 1], "x², c·x² + 1, times x·√(2/π); tanh; x/2 and one multiply-add"),
  ),
  "quick-gelu": elementWise(
    "Hendrycks and Gimpel 2016, x·sigmoid(1.702·x), with sigmoid(y) = (1 + tanh(y/2))/2",
    pass("apply", [3, 1], [1, 1], "scale; tanh; multiply-add; times x"),
  ),
  silu: elementWise(
    "Elfwing et al. 2017 (arXiv 1702.03118), x·sigmoid(x), with sigmoid(y) = (1 + tanh(y/2))/2",
    pass("apply", [3, 1], [1, 1], "halve; tanh; multiply-add; times x"),
  ),
  relu: elementWise("definition", pass("apply", [1, 0], [1, 1], "compare with zero")),
  "relu-squared": elementWise(
    "So et al. 2021, Primer (arXiv 2109.08668)",
    pass("apply", [2, 0], [1, 1], "compare with zero; square"),
  ),
  tanh: elementWise("definition", pass("apply", [0, 1], [1, 1], "one special function")),
  add: elementWise("definition", pass("apply", [1, 0], [2, 1], "two operands")),
  multiply: elementWise("definition", pass("apply", [1, 0], [2, 1], "two operands")),
  compare: elementWise("definition", pass("apply", [1, 0], [2, 1], "the larger or the smaller of two")),
  gather: elementWise("definition", pass("move", [1, 0], [1, 1], "one move through a lane")),
  rope: elementWise(
    "Su et al. 2021 (arXiv 2104.09864), eq. 34",
    pass(
      "rotate",
      [2, 0],
      [2, 1],
      "x·cos and one multiply-add with its partner's sin; x (its partner is read with it), and sine or cosine",
    ),
  ),
  scan: elementWise(
    "Dao and Gu 2024 (arXiv 2405.21060), eq. 1; the state rests in the local buffer",
    pass("token", [3, 0], [1, 1], "decay; multiply-add of value and key; multiply-add with the query to the result"),
  ),
  "selective-scan": elementWise(
    "Gu and Dao 2023 (arXiv 2312.00752), eqs. 2 and 4; the state rests in the local buffer",
    pass("token", [4, 1], [1, 1], "step times decay, its exponential; then as of a scan"),
  ),
  "delta-scan": elementWise(
    "Yang et al. 2024 (arXiv 2412.06464), eq. 10; the state rests in the local buffer",
    pass(
      "token",
      [4, 0],
      [2, 1],
      "decay; multiply-add with the key, which the value is corrected by; then as of a scan",
    ),
  ),
  max: {
    passes: [pass("max", [1, 0], [1, 0], "compare with the largest so far, and keep it and its place")],
    perRow: NOTHING,
    over: "reduced",
    source: "definition",
  },
  mean: {
    passes: [pass("sum", [1, 0], [1, 0], "add to the sum; the quotient is once a row")],
    perRow: { operations: 1, specials: 0 },
    over: "reduced",
    source: "definition",
  },
};
