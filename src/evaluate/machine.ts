import type { ArrayFormat, Hardware, NumberFormat } from "../spec/hardware.ts";
import { storedBits, type StoredFormat } from "../spec/quantisation.ts";
import { MASK, type SparseForm } from "../spec/sparsity.ts";
import {
  CONVERSION,
  storageKey,
  type GemmOperator,
  type StoredOperands,
  type StoredVectors,
  type VectorWork,
} from "../workload/index.ts";
import type { GemmProblem, MappedGemm } from "../sim/index.ts";

/** What of a product decides the machine that it runs on. */
export type StoredProduct = GemmProblem & Pick<GemmOperator, "stored" | "weightsAreParameters">;

/**
 * A chip as one product meets it: memories and buffers hold its operands at the widths of their classes, and the arrays compute in
 * their precision or in a faster format.
 *
 * A format of rate r is r elements of k in one word: the product has ⌈k / r⌉ words of r times the width, so that bytes are what they
 * were and each PE makes r MACs a cycle. Where it skips what sparse weights leave out, r counts what is skipped: in r words of k
 * only the weights that stay come with their places, and only they are multiplied.
 *
 * Where it skips by masks, a PE makes one MAC a cycle of the elements that neither operand's mask leaves out, and looks at r of them at the
 * most: with a share s of the pairs left it passes over min(r, 1 / s) a cycle (AccelTran, arXiv 2302.14705, section III-B). The zeros of
 * the two operands are taken as independent; waits of PEs for each other are not counted.
 */
export interface GemmMachine {
  /** Widths of the operands as they are stored, in `precision`. */
  readonly hardware: Hardware;
  /** The same with the words that the arrays take. */
  readonly core: Hardware;
  /** MACs of a PE and cycle, those that are skipped among them. */
  readonly rate: number;
  /** Share of the MACs that is made: the arrays skip the others, of weights that are left out. */
  readonly executed: number;
  /** What the MACs cost, where they are not those of the chip's precision. */
  readonly computed: Hardware["precision"] | null;
  /** Operands that are converted on their way into the arrays. */
  readonly converts: { readonly input: boolean; readonly weight: boolean };
  /** Elements of k with one scale, where it is applied to sums; null: none. */
  readonly scaledGroup: number | null;
}

const machines = new WeakMap<Hardware, Map<string, GemmMachine>>();
const MOST_MACHINES = 1000;

/** One record for each way in which operands are stored, so that what is known of a hardware is known of it too. */
export function machineOf(
  operator: Pick<GemmOperator, "stored" | "weightsAreParameters">,
  hardware: Hardware,
): GemmMachine {
  const key = storageKey(operator);
  const known = machines.get(hardware) ?? new Map<string, GemmMachine>();
  machines.set(hardware, known);
  const before = known.get(key);
  if (before !== undefined) return before;
  const machine = makeMachine(operator, hardware);
  if (known.size >= MOST_MACHINES) known.clear();
  known.set(key, machine);
  return machine;
}

const NOTHING_STORED: StoredOperands = { input: null, weight: null, output: null, sums: null };

function makeMachine(
  { stored = NOTHING_STORED, weightsAreParameters }: Pick<GemmOperator, "stored" | "weightsAreParameters">,
  hardware: Hardware,
): GemmMachine {
  const { precision } = hardware;
  const fastest = fastestFormat(stored, hardware);
  const format = fastest?.format ?? null;
  // What is no parameter was stored as a result.
  const second = weightsAreParameters ? precision.weight : precision.output;
  const widths = {
    input: bitsOf(stored.input, precision.input),
    weight: bitsOf(stored.weight, second),
    output: outputBits(stored, precision.output),
  };
  const sums = bitsOf(stored.sums, precision.accumulator);
  const own = withWidths(hardware, widths, sums);
  const { rate, executed } = fastest ?? { rate: 1, executed: 1 };
  const packed = { ...widths, input: rate * widths.input, weight: rate * widths.weight };
  const converts = {
    input: isConverted(stored.input, format?.input ?? precision.input, format, "input"),
    weight: isConverted(stored.weight, format?.weight ?? precision.weight, format, "weight"),
  };
  const groups = [stored.input, stored.weight].flatMap((each) =>
    format !== null && each?.group !== undefined && each.format !== "mx" ? [each.group] : [],
  );
  return {
    hardware: own,
    core: rate === 1 ? own : withWidths(hardware, packed, sums),
    rate,
    executed,
    computed: format === null ? null : computedPrecision(format, precision),
    converts,
    scaledGroup: groups.length === 0 ? null : Math.min(...groups),
  };
}

const bitsOf = (format: StoredFormat | null, otherwise: number): number =>
  format === null ? otherwise : storedBits(format);

/** Results go on as activations, or in part into the cache. */
function outputBits({ output, cached }: StoredOperands, otherwise: number): number {
  const bits = bitsOf(output, otherwise);
  return cached === undefined ? bits : (1 - cached.share) * bits + cached.share * bitsOf(cached.format, otherwise);
}

/** Sums are never narrower than what they are made of. */
function withWidths(
  hardware: Hardware,
  widths: { readonly input: number; readonly weight: number; readonly output: number },
  sums: number,
): Hardware {
  const { precision } = hardware;
  const accumulator = Math.max(sums, widths.input, widths.weight, widths.output);
  const isSame =
    accumulator === precision.accumulator &&
    (["input", "weight", "output"] as const).every((operand) => widths[operand] === precision[operand]);
  return isSame
    ? hardware
    : Object.freeze({ ...hardware, precision: Object.freeze({ ...precision, ...widths, accumulator }) });
}

/** A format with the elements of k that a PE passes over in a cycle, and the share of them that it multiplies. */
interface Speed {
  readonly format: ArrayFormat;
  readonly rate: number;
  readonly executed: number;
}

/** The format of the highest rate that both operands fit; what has the width of the hardware's precision computes in that. */
function fastestFormat({ input, weight }: StoredOperands, { formats = [] }: Hardware): Speed | null {
  if (input === null || weight === null) return null;
  const fits = (stored: StoredFormat, bits: number, { format }: ArrayFormat): boolean =>
    stored.bits <= bits && (stored.format === undefined || (stored.format === "int") === (format === "int"));
  return formats
    .filter((each) => fits(input, each.input, each) && fits(weight, each.weight, each))
    .map((format) => speedOf(format, input, weight))
    .reduce<Speed | null>(
      (best, each) => (each === null || (best !== null && best.rate >= each.rate) ? best : each),
      null,
    );
}

/** Null: a format for a pattern that the weights do not have. */
function speedOf(format: ArrayFormat, input: StoredFormat, weight: StoredFormat): Speed | null {
  const { rate, sparsity } = format;
  if (sparsity === undefined) return { format, rate, executed: 1 };
  if (sparsity !== MASK)
    return sparsity === weight.sparse?.pattern ? { format, rate, executed: weight.sparse.kept } : null;
  const executed = keptByMask(input) * keptByMask(weight);
  return { format, rate: Math.min(rate, 1 / executed), executed };
}

/** Share of the elements that a mask leaves; 1 of what has none. */
const keptByMask = ({ sparse }: StoredFormat): number => (hasMask(sparse) ? sparse.kept : 1);

const hasMask = (sparse: SparseForm | undefined): sparse is SparseForm =>
  sparse !== undefined && sparse.pattern === undefined;

/** Whether the arrays take an operand with its zeros left out. */
function isSkipped({ sparse }: StoredFormat, format: ArrayFormat | null, operand: "input" | "weight"): boolean {
  if (format?.sparsity === undefined) return false;
  return format.sparsity === MASK ? hasMask(sparse) : operand === "weight";
}

/** Whether elements come in another width than the arrays take, with scales that they do not apply, or without zeros that they want. */
function isConverted(
  stored: StoredFormat | null,
  bits: number,
  format: ArrayFormat | null,
  operand: "input" | "weight",
): boolean {
  if (stored === null) return false;
  if (stored.sparse !== undefined && !isSkipped(stored, format, operand)) return true;
  return stored.bits !== bits || (format === null && stored.group !== undefined);
}

function computedPrecision(
  { input, weight, format }: ArrayFormat,
  { accumulator, output }: Hardware["precision"],
): Hardware["precision"] {
  const widths = { input, weight, accumulator, output };
  if (format === "int") return widths;
  // The table of MACs knows no float narrower than fp8.
  const widest = Math.max(input, weight);
  const name: NumberFormat = widest <= 8 ? "fp8" : widest <= 16 ? "fp16" : "fp32";
  return { ...widths, format: name };
}

/** The product as the arrays take it: `rate` elements of k in a word. */
export function packedProblem<T extends GemmProblem>(problem: T, { rate }: GemmMachine): T {
  return rate === 1 ? problem : { ...problem, k: Math.ceil(problem.k / rate) };
}

/** A result in elements again, not in words. */
export function unpacked(result: MappedGemm, { batch, m, n, k }: GemmProblem, machine: GemmMachine): MappedGemm {
  const { rate, executed } = machine;
  if (rate === 1 && executed === 1) return result;
  const { counters, timing } = result;
  const { array } = counters;
  const all = batch * m * n * k;
  return {
    ...result,
    timing: { ...timing, utilisation: (timing.utilisation / counters.macs) * (all / rate) },
    counters: {
      ...counters,
      macs: all * executed,
      array: { ...array, inputReads: array.inputReads * rate, weightReads: array.weightReads * rate },
    },
  };
}

/**
 * Lane-cycles in which a product's operands are converted, and sums scaled:
 *
 *   conversion = CONVERSION · elements that come into the cores, once for each core that they come to
 *   scales     = batch · m · n · ⌈k / group⌉, where the arrays compute in the format of grouped integers
 *
 * Elements come into the local buffers, or where there is none into the arrays.
 */
export function conversionLaneCycles(result: MappedGemm, problem: GemmProblem, machine: GemmMachine): number {
  const { converts, scaledGroup, hardware } = machine;
  const { counters } = result;
  const arrived = (operand: "input" | "weight"): number => {
    if (!converts[operand]) return 0;
    const isBuffered = hardware.localBuffer !== null && result.mapping.bypass !== operand;
    if (!isBuffered) return operand === "input" ? counters.array.inputReads : counters.array.weightReads;
    return (8 * counters.local.writes[operand]) / hardware.precision[operand];
  };
  const { batch, m, n, k } = problem;
  const sums = scaledGroup === null ? 0 : batch * m * n * Math.ceil(k / scaledGroup);
  return CONVERSION.value * (arrived("input") + arrived("weight")) + sums;
}

/** Widths of vector work, bits: what it reads and writes of activations, and its parameters. */
export function vectorBits(
  { stored }: Pick<VectorWork, "stored">,
  { precision }: Pick<Hardware, "precision">,
): Readonly<Record<keyof StoredVectors, number>> {
  return {
    read: bitsOf(stored?.read ?? null, precision.output),
    parameters: bitsOf(stored?.parameters ?? null, precision.weight),
    written: bitsOf(stored?.written ?? null, precision.output),
  };
}
