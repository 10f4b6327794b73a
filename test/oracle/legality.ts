import type { Mapping, Tile } from "../../src/mapping/mapping.ts";
import type { GemmProblem, PerOperand } from "../../src/sim/types.ts";
import type { Buffer, Hardware, Operand, PeArray } from "../../src/spec/hardware.ts";
import { arrayWork, HELD } from "./array-time.ts";
import { levelsOf, passesOuter } from "./levels.ts";
import { chunksOf, elementsOfCore, folded, tilesOf } from "./steps.ts";

/** The paragraph "Legal" of docs/model.md. Says what is wrong, or null. */
export function whyIllegal(hardware: Hardware, problem: GemmProblem, mapping: Mapping): string | null {
  return whyNotOnArray(hardware, mapping) ?? whyNotInBuffers(hardware, problem, mapping);
}

const STREAMED = { "weight-stationary": "m", "output-stationary": "k", "input-stationary": "n" } as const;

const product = (tile: Tile): number => tile.m * tile.n * tile.k;

/** Dimensions that a fixed array has on its rows and on its columns. Adder trees add k along the rows in every dataflow. */
export function sidesOf({ kind }: PeArray, dataflow: Mapping["dataflow"]): readonly [keyof Tile, keyof Tile] {
  switch (dataflow) {
    case "weight-stationary":
      return ["k", "n"];
    case "output-stationary":
      return [kind === "dot-product" ? "k" : "m", "n"];
    case "input-stationary":
      return ["k", "m"];
  }
}

function whyNotOnArray({ array }: Hardware, mapping: Mapping): string | null {
  if (!array.dataflow.includes(mapping.dataflow)) return "the array lacks the dataflow";
  const { rows, cols } = mapping.spatial;
  // Packed elements lie block-diagonally.
  if (product(rows) * mapping.packed > array.rows) return "rows do not hold their spatial extents";
  if (product(cols) * mapping.packed > array.cols) return "columns do not hold their spatial extents";
  if (array.unroll === "fixed") {
    const [down, across] = sidesOf(array, mapping.dataflow);
    if (product(rows) !== rows[down]) return "a fixed array unrolls another dimension over its rows";
    if (product(cols) !== cols[across]) return "a fixed array unrolls another dimension over its columns";
  }
  if (array.kind === "dot-product" && cols.k > 1) return "the adder trees run along the rows only";
  return whyNotInRegisters(array, mapping);
}

/** Registers hold the register tile of the held operand, accumulators the sums that are open at a time. */
export function whyNotInRegisters(array: PeArray, { dataflow, registerTile, spatial }: Mapping): string | null {
  const { m, n, k } = registerTile;
  const held = { "weight-stationary": n * k, "output-stationary": 0, "input-stationary": m * k }[dataflow];
  // Positions of the stream are worked on together only where words are held along k alone.
  const [across, together] = { "weight-stationary": [n, m], "output-stationary": [1, 1], "input-stationary": [m, n] }[
    dataflow
  ] as [number, number];
  if (together > 1 && (across > 1 || k === 1)) return "stream positions worked on together without words along k alone";
  // Sums that are open at a time: those of a fold, or, where sums pass through, none unless several k steps are held.
  const perPe = {
    "weight-stationary": k > 1 ? n * m : 0,
    "output-stationary": m * n,
    "input-stationary": k > 1 ? m * n : 0,
  }[dataflow];
  // An adder tree whose rows work for several sums needs an accumulator for each.
  const perColumn = array.kind === "dot-product" ? perPe * spatial.rows.m * spatial.rows.n : perPe;
  // Each word of an output-stationary step is used for a row or a column of sums: one of the operands waits.
  const waiting =
    dataflow === "output-stationary" && m > 1 && n > 1 ? { input: m, weight: n } : { input: 0, weight: 0 };
  const fits = (sumsInRegisters: number): boolean => {
    const { words, holds } = array.registers;
    const has = (operand: "input" | "weight", count: number): boolean =>
      count + sumsInRegisters <= (holds.includes(operand) ? words : 0);
    if (sumsInRegisters > 0 && (!holds.includes("output") || sumsInRegisters > words)) return false;
    // One held word rests in the latch that every PE has.
    if (held > 0) return held === 1 || has(HELD[dataflow] ?? "weight", held);
    return waiting.input === 0 || has("input", waiting.input) || has("weight", waiting.weight);
  };
  if (perColumn <= array.accumulators.count ? fits(0) || fits(perPe) : fits(perPe)) return null;
  return "registers and accumulators do not hold the register tile";
}

function whyNotInBuffers(hardware: Hardware, problem: GemmProblem, mapping: Mapping): string | null {
  const { precision } = hardware;
  const whole = folded(problem);
  const { coreSplit, arraySplit, packed } = mapping;
  if (coreSplit.b * coreSplit.m * coreSplit.n * coreSplit.k > hardware.cores) return "more cores than there are";
  if (arraySplit.b * arraySplit.m * arraySplit.n > hardware.arraysPerCore) return "more arrays than a core has";
  if (packed > whole.batch) return "more packed elements than there are";
  const levels = levelsOf(hardware);
  const splitsK = coreSplit.k > 1;
  if (splitsK && (levels.outer === null || passesOuter(levels, "output")))
    return "no outer buffer adds the cores' sums";
  const { outer: outerTile, inner: innerTile } = tilesOf(mapping, whole);
  const chunk = chunksOf(mapping, outerTile, packed)[0]!.tile;
  for (const d of ["m", "n", "k"] as const) {
    if (outerTile[d] > whole[d]) return "outer tile larger than the GEMM";
    if (innerTile[d] > chunk[d]) return "inner tile larger than the core's chunk";
  }
  const width = { input: precision.input / 8, weight: precision.weight / 8, output: precision.output / 8 };
  const sum = precision.accumulator / 8;

  const { bypass } = mapping;
  if (bypass !== null && (levels.inner === null || HELD[mapping.dataflow] !== bypass)) return "nothing to go past";
  if (levels.inner === null || bypass !== null) {
    for (const d of ["m", "n", "k"] as const) {
      if (d === STREAMED[mapping.dataflow]) continue;
      const fold = mapping.spatial.rows[d] * mapping.spatial.cols[d] * mapping.registerTile[d];
      const part = d === "k" ? innerTile.k : Math.ceil(innerTile[d] / arraySplit[d]);
      if (part > fold) return "array tile larger than a fold";
    }
  }
  if (levels.inner !== null) {
    // Array writes several sums per output: more than one fold along k.
    const work = arrayWork(hardware.array, mapping, innerTile, true);
    const arrayHasSums = work.sumsWritten > innerTile.m * innerTile.n;
    const innerWidth = { ...width, output: splitsK || innerTile.k < whole.k || arrayHasSums ? sum : width.output };
    if (bypass !== null) innerWidth[bypass] = 0;
    const extents = { input: innerTile, weight: innerTile, output: innerTile };
    const why = whyNotIn(levels.inner, extents, elementsOfCore(mapping), innerWidth, mapping.doubleBuffered.local);
    if (why !== null) return `inner buffer: ${why}`;
  }
  const isKept = mapping.kept.input || mapping.kept.weight || mapping.kept.output;
  if (levels.outer === null) return isKept ? "no outer buffer keeps anything" : null;
  for (const operand of ["input", "weight", "output"] as const) {
    if (!mapping.kept[operand]) continue;
    if (passesOuter(levels, operand)) return `the ${operand} goes past the outer buffer`;
    if (problem.resident?.[operand] === true) return `a resident ${operand} needs not be kept`;
    const comesAgain = returns(mapping, whole, outerTile)[operand];
    if (!comesAgain) return `the ${operand} does not come again`;
  }

  const insideK = mapping.globalOrder.slice(mapping.globalOrder.indexOf("k") + 1);
  const evictsSums = insideK.some((d) => Math.ceil(chunk[d] / innerTile[d]) > 1);
  const streamsSums = levels.inner === null && mapping.dataflow !== "output-stationary";
  const outerHasSums = splitsK || outerTile.k < whole.k || (innerTile.k < whole.k && (evictsSums || streamsSums));
  const outerWidth = { ...width, output: outerHasSums ? sum : width.output };
  const { resident, reservedBytes = 0 } = problem;
  if (resident?.input === true) outerWidth.input = 0;
  if (resident?.weight === true) outerWidth.weight = 0;
  for (const operand of ["input", "weight", "output"] as const)
    if (passesOuter(levels, operand)) outerWidth[operand] = 0;
  const elements = Math.min(coreSplit.b * elementsOfCore(mapping), whole.batch);
  const isDouble = levels.outerIs === "local" ? mapping.doubleBuffered.local : mapping.doubleBuffered.global;
  // A resident output has one place at its final width; what its sums need beyond that is taken beside it.
  const reservedOutput = resident?.output === true ? elements * Math.ceil(outerTile.m * outerTile.n * width.output) : 0;
  const reserved = { bytes: reservedBytes, output: reservedOutput };
  const extents = {
    input: mapping.kept.input ? whole : outerTile,
    weight: mapping.kept.weight ? whole : outerTile,
    output: mapping.kept.output ? whole : outerTile,
  };
  const why = whyNotIn(levels.outer, extents, elements, outerWidth, isDouble, reserved);
  return why === null ? null : `outer buffer: ${why}`;
}

/** Operands whose outer tiles come again: the loop that they do not depend on runs outside one of theirs that turns. */
export function returns(mapping: Pick<Mapping, "dramOrder">, whole: Tile, outer: Tile): Mapping["kept"] {
  const isOutside = (free: keyof Tile): boolean =>
    Math.ceil(whole[free] / outer[free]) > 1 &&
    mapping.dramOrder
      .slice(mapping.dramOrder.indexOf(free) + 1)
      .some((inside) => Math.ceil(whole[inside] / outer[inside]) > 1);
  return { input: isOutside("n"), weight: isOutside("m"), output: isOutside("k") };
}

function whyNotIn(
  buffer: Buffer,
  tile: Readonly<Record<"input" | "weight" | "output", Tile>>,
  copies: number,
  width: PerOperand,
  isDouble: Mapping["doubleBuffered"]["global"],
  reserved = { bytes: 0, output: 0 },
): string | null {
  const need = (elements: number, elementBytes: number, twice: boolean): number =>
    copies * Math.ceil(elements * elementBytes) * (twice ? 2 : 1);
  if (!buffer.doubleBuffer && (isDouble.input || isDouble.weight || isDouble.output)) return "not double buffered";
  const input = need(tile.input.m * tile.input.k, width.input, isDouble.input);
  const weight = need(tile.weight.n * tile.weight.k, width.weight, isDouble.weight);
  const output = Math.max(0, need(tile.output.m * tile.output.n, width.output, isDouble.output) - reserved.output);
  if (typeof buffer.size === "number")
    return input + weight + output > buffer.size - reserved.bytes ? "too small" : null;
  const needs = { input, weight, output };
  const sizes = buffer.size;
  const together: readonly Operand[] = buffer.together ?? [];
  for (const operand of ["input", "weight", "output"] as const) {
    if (buffer.holds?.includes(operand) === false) continue;
    // Those that share a memory must fit it side by side; its size stands at the first of them.
    const shares: readonly Operand[] = together.includes(operand) ? together : [operand];
    const sum = shares.reduce((total, each) => total + needs[each], 0);
    if (sum > sizes[shares[0]!]) return `too small for the ${operand}`;
  }
  return null;
}
