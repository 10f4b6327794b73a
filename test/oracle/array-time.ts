import type { Mapping, Tile } from "../../src/mapping/mapping.ts";
import type { PeArray } from "../../src/spec/hardware.ts";

/**
 * The section "Array" of docs/model.md, fold by fold: one list of folds, then the table's lines read off it.
 * Shares nothing with the core on purpose. Units: cycles and elements.
 */
export interface Fold {
  /** Part of the array in use; the whole array where the skew is that of the full array. */
  readonly rows: number;
  readonly cols: number;
  /** T: steps of the fold. */
  readonly steps: number;
  /** h: words that each PE holds. */
  readonly held: number;
}

export interface ArrayWork {
  readonly folds: readonly Fold[];
  readonly inputsRead: number;
  readonly weightsRead: number;
  readonly sumsWritten: number;
  readonly sumsRead: number;
}

interface Block {
  /** Steps that the block spans, at most the register tile. */
  readonly steps: number;
  /** Largest number of elements that one of these steps covers. */
  readonly widest: number;
}

/** Cuts an extent into steps of `spatial` elements, and these into blocks of `register` steps. */
function blocksOf(extent: number, spatial: number, register: number): Block[] {
  const steps: number[] = [];
  for (let at = 0; at < extent; at += spatial) steps.push(Math.min(spatial, extent - at));
  const blocks: Block[] = [];
  for (let at = 0; at < steps.length; at += register) {
    const mine = steps.slice(at, at + register);
    blocks.push({ steps: mine.length, widest: Math.max(...mine) });
  }
  return blocks;
}

function stepsAlong(extent: number, spatial: number): number {
  let count = 0;
  for (let at = 0; at < extent; at += spatial) count += 1;
  return count;
}

/** Which operand rests in the PEs; null where the sums do. */
export const HELD = { "weight-stationary": "weight", "output-stationary": null, "input-stationary": "input" } as const;

/**
 * One tile on one array: folds run with the columns outside and the rows inside.
 *
 * @param wasHeld  the held operand's tile is that of the step before
 */
export function arrayWork(array: PeArray, mapping: Mapping, tile: Tile, isFirstK: boolean, wasHeld = false): ArrayWork {
  const { rows, cols } = mapping.spatial;
  const spatial = { m: rows.m * cols.m, n: rows.n * cols.n, k: rows.k * cols.k };
  const register = mapping.registerTile;
  const blocks = {
    m: blocksOf(tile.m, spatial.m, register.m),
    n: blocksOf(tile.n, spatial.n, register.n),
    k: blocksOf(tile.k, spatial.k, register.k),
  };
  const [across, down, streamed] = {
    "weight-stationary": ["n", "k", "m"] as const,
    "output-stationary": ["n", "m", "k"] as const,
    "input-stationary": ["m", "k", "n"] as const,
  }[mapping.dataflow];
  const stream = stepsAlong(tile[streamed], spatial[streamed]);
  const stillRests = wasHeld && HELD[mapping.dataflow] !== null && blocks[across].length * blocks[down].length === 1;
  const folds: Fold[] = [];
  for (const col of blocks[across]) {
    for (const row of blocks[down]) {
      folds.push({
        rows: array.skew === "full-array" ? array.rows : row.widest,
        cols: array.skew === "full-array" ? array.cols : col.widest,
        steps: stream * col.steps * row.steps,
        held: HELD[mapping.dataflow] === null || stillRests ? 0 : col.steps * row.steps,
      });
    }
  }
  const MB = blocks.m.length;
  const NB = blocks.n.length;
  const KB = blocks.k.length;
  const { m, n, k } = tile;
  const counts = {
    "weight-stationary": {
      inputsRead: m * k * NB,
      weightsRead: stillRests ? 0 : n * k,
      sumsWritten: m * n * KB,
      sumsRead: m * n * (isFirstK ? KB - 1 : KB),
    },
    "output-stationary": {
      inputsRead: m * k * NB,
      weightsRead: n * k * MB,
      sumsWritten: m * n,
      sumsRead: isFirstK ? 0 : m * n,
    },
    "input-stationary": {
      inputsRead: stillRests ? 0 : m * k,
      weightsRead: n * k * MB,
      sumsWritten: m * n * KB,
      sumsRead: m * n * (isFirstK ? KB - 1 : KB),
    },
  }[mapping.dataflow];
  return { folds, ...counts };
}

/** Time of the array for one inner step. */
export interface ArrayTime {
  /** Until the array can take the next step. */
  readonly stream: number;
  /** From then until the last sum has left; other steps may already stream. */
  readonly skew: number;
}

/**
 * What the first fold of a GEMM needs before it streams, where loads are hidden behind the fold before. Where folds overlap,
 * `stream` below charges each fold the longer of its stream and its load; what is missing then is the shorter of the first.
 */
export function headCycles(array: PeArray, dataflow: Mapping["dataflow"], first: Fold): number {
  if (dataflow === "output-stationary" || array.overlap === "none") return 0;
  if (array.kind === "dot-product") return first.held;
  if (array.overlap === "weights") return array.rows * first.held;
  return Math.min(first.steps, first.rows * first.held);
}

export function arrayTime(array: PeArray, dataflow: Mapping["dataflow"], folds: readonly Fold[]): ArrayTime {
  if (array.kind === "dot-product") return dotProductTime(array, folds);
  return dataflow === "output-stationary" ? outputStationaryTime(array, folds) : heldOperandTime(array, folds);
}

function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** The steps, and h for every fold where loads are not hidden; the sums go through ⌈log2 R⌉ levels of adders. */
function dotProductTime(array: PeArray, folds: readonly Fold[]): ArrayTime {
  let skew = 0;
  while (2 ** skew < array.rows) skew += 1;
  return { stream: sum(folds.map((fold) => fold.steps + (array.overlap === "none" ? fold.held : 0))), skew };
}

function outputStationaryTime(array: PeArray, folds: readonly Fold[]): ArrayTime {
  const D = array.drain === "shift" ? array.rows : 0;
  const skewOf = (fold: Fold): number => fold.rows + fold.cols - 2 + D;
  if (array.overlap !== "folds") return { stream: sum(folds.map((fold) => fold.steps + skewOf(fold))), skew: 0 };
  return overlapping(
    folds,
    (fold) => (array.drain === "shift" ? Math.max(fold.steps, fold.rows) : fold.steps),
    (fold) => fold.steps + skewOf(fold),
  );
}

/** Folds of one tile that overlap: each has its turn after the one before, and is done `span` after its start. */
function overlapping(folds: readonly Fold[], turn: (fold: Fold) => number, span: (fold: Fold) => number): ArrayTime {
  let start = 0;
  let end = 0;
  for (const fold of folds) {
    end = Math.max(end, start + span(fold));
    start += turn(fold);
  }
  return { stream: start, skew: end - start };
}

function heldOperandTime(array: PeArray, folds: readonly Fold[]): ArrayTime {
  const R = array.rows;
  const span = (fold: Fold): number => fold.steps + fold.rows + fold.cols - 2;
  switch (array.overlap) {
    case "none":
      return { stream: sum(folds.map((fold) => R * fold.held + span(fold))), skew: 0 };
    case "weights":
      return { stream: sum(folds.map(span)), skew: 0 };
    case "folds":
      // Its own load comes before a fold streams, hidden behind the stream before, as far as that is long enough.
      return overlapping(
        folds,
        (fold) => Math.max(fold.steps, fold.rows * fold.held),
        (fold) => Math.max(fold.steps, fold.rows * fold.held) + R + fold.cols - 2,
      );
  }
}
