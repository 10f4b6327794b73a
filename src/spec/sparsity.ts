import * as z from "zod";
import { oneOf, refuse, section } from "./fields.ts";
import type { StoredFormat } from "./quantisation.ts";

export const SPARSITY_METHODS = ["magnitude", "oneshot", "retrained"] as const;

/** Weights that were set to zero and are left out. */
export interface Sparsity {
  /** `"2:4"`: of each 4 neighbours along k 2 stay; a number: the share that is gone, anywhere. */
  readonly weights: string | number;
  /** The smallest ones, those that calibration chooses (one shot), or with training afterwards. */
  readonly method: (typeof SPARSITY_METHODS)[number];
}

/** How a sparse tensor is kept: the values that stay, and where they stand. */
export interface SparseForm {
  /** Share of the elements that stays. */
  readonly kept: number;
  /** Bits that say where, for each element of the dense tensor. */
  readonly indexBits: number;
  /** `n:m`; absent: anywhere. */
  readonly pattern?: string;
}

const BLOCK = /^([1-9]\d?):([1-9]\d?)$/;
const RULE = 'must be n:m with n below m, such as "2:4", or the share of the weights that is gone, above 0 and below 1';

/** n and m of a pattern; null: it is none. */
function blockOf(text: string): readonly [n: number, m: number] | null {
  const [, n, m] = BLOCK.exec(text) ?? [];
  return n === undefined || !(Number(n) < Number(m)) ? null : [Number(n), Number(m)];
}

/**
 * What stays of a weight matrix, and what its place costs:
 *
 *   n:m           n / m stay, ⌈log2 m⌉ bits each (2:4: 2 bits, as sparse tensor cores have it: Mishra et al. 2021, arXiv 2104.08378)
 *   unstructured  1 − share stays, one bit an element of the dense matrix (a mask, as AccelTran: Tuli and Jha 2023, arXiv 2302.14705)
 */
export function sparseForm({ weights }: Pick<Sparsity, "weights">): SparseForm {
  if (typeof weights === "number") return { kept: 1 - weights, indexBits: 1 };
  const [n, m] = blockOf(weights)!;
  return { kept: n / m, indexBits: (n / m) * bitsFor(m), pattern: weights };
}

/** Bits that tell m places apart. */
function bitsFor(m: number): number {
  let bits = 0;
  for (let places = 1; places < m; places *= 2) bits += 1;
  return bits;
}

/** A format of weights of which only some are kept. */
export function sparseFormat(format: StoredFormat, sparsity: Sparsity): StoredFormat {
  return { ...format, sparse: sparseForm(sparsity) };
}

/** n:m, as written. */
export const sparsePattern = z.string({ error: RULE }).transform((text, ctx): string => {
  return blockOf(text) === null ? refuse(ctx, "spec/bad-value", `${RULE}, not "${text.slice(0, 60)}"`) : text;
});
const share = z.number({ error: RULE }).gt(0, { error: RULE }).lt(1, { error: RULE });

/** Arrays that skip what is zero by the masks of their operands, rather than a pattern of the weights. */
export const MASK = "mask";
const SKIP_RULE = 'must be n:m with n below m, such as "2:4", or mask';

/** What a format of the arrays skips, as written. */
export const skippedSparsity = z.string({ error: SKIP_RULE }).transform((text, ctx): string => {
  if (text === MASK || blockOf(text) !== null) return text;
  return refuse(ctx, "spec/bad-value", `${SKIP_RULE}, not "${text.slice(0, 60)}"`);
});

/** `weights` of a sparsity, as written. */
export const weightSparsity = z.union([share, sparsePattern], { error: RULE });

/** The same as a value of a path: `none` is dense. */
export const settableSparsity = z.union(
  [share, z.literal("none", { error: RULE }).transform(() => null), sparsePattern],
  { error: RULE },
);

export const sparsityMethod = oneOf(SPARSITY_METHODS);

/** `sparsity:` of one tower. */
export const towerSparsity = section({
  weights: weightSparsity.describe("2:4, or the share of the weights that is gone, such as 0.5"),
  method: sparsityMethod
    .default("oneshot")
    .describe("The smallest are gone, those that calibration chooses, or with training afterwards"),
});
