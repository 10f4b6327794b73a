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
  /** h: words, or, output-stationary, sums, that each PE holds. */
  readonly held: number;
}

export interface ArrayWork {
  readonly folds: readonly Fold[];
  /** The held operand rests in the PEs from the step before. */
  readonly stillRests: boolean;
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
  const isWhole = array.skew === "full-array" || array.unroll === "flexible";
  const folds: Fold[] = [];
  for (const col of blocks[across]) {
    for (const row of blocks[down]) {
      folds.push({
        rows: isWhole ? array.rows : row.widest * mapping.packed,
        cols: isWhole ? array.cols : col.widest * mapping.packed,
        steps: stream * col.steps * row.steps,
        held: col.steps * row.steps,
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
  return { folds, stillRests, ...counts };
}

export interface CoreWork extends Pick<ArrayWork, "inputsRead" | "weightsRead" | "sumsWritten" | "sumsRead"> {
  readonly first: ArrayWork;
}

/**
 * The tile of a core shared out over its arrays along m and n, and what crosses the port that they share. An operand that several of
 * them want crosses once, as often as the first of them reads it; sums are each array's own. Arrays go in step: the first one, which
 * has most, says whether what is held still rests, and how long the step takes.
 */
export function coreWork(array: PeArray, mapping: Mapping, tile: Tile, isFirstK: boolean, wasHeld: boolean): CoreWork {
  const { arraySplit } = mapping;
  const ms = partsOf(tile.m, arraySplit.m);
  const ns = partsOf(tile.n, arraySplit.n);
  const first = arrayWork(array, mapping, { m: ms[0]!, n: ns[0]!, k: tile.k }, isFirstK, wasHeld);
  const works = ms.map((m) =>
    ns.map((n) => arrayWork(array, mapping, { m, n, k: tile.k }, isFirstK, first.stillRests)),
  );
  const all = works.flat();
  return {
    first,
    inputsRead: sum(works.map(([firstAlongN]) => firstAlongN!.inputsRead)),
    weightsRead: sum(works[0]!.map((firstAlongM) => firstAlongM.weightsRead)),
    sumsWritten: sum(all.map((work) => work.sumsWritten)),
    sumsRead: sum(all.map((work) => work.sumsRead)),
  };
}

/** Chunks of ⌈extent / arrays⌉, the last of them what is left; arrays without any idle. */
function partsOf(extent: number, arrays: number): number[] {
  const size = Math.ceil(extent / arrays);
  const parts: number[] = [];
  for (let at = 0; at < extent; at += size) parts.push(Math.min(size, extent - at));
  return parts;
}

/** Time of the array for one inner step, by itself. */
export interface ArrayTime {
  /** Before the first fold streams: its held words come in. */
  readonly load: number;
  /** Until the last fold has streamed. */
  readonly stream: number;
  /** From then until the last sum has left; other steps may already stream. */
  readonly skew: number;
  /** Time of the last fold that may hide what the next step loads; Infinity where loads between steps are not seen. */
  readonly hides: number;
}

export function arrayTime(array: PeArray, dataflow: Mapping["dataflow"], work: ArrayWork): ArrayTime {
  if (array.kind === "dot-product") return dotProductTime(array, dataflow, work);
  return dataflow === "output-stationary" ? outputStationaryTime(array, work) : heldOperandTime(array, work);
}

function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** The steps, and h of every fold as far as it is not hidden; the sums go through ⌈log2 R⌉ levels of adders. */
function dotProductTime(array: PeArray, dataflow: Mapping["dataflow"], { folds, stillRests }: ArrayWork): ArrayTime {
  let skew = 0;
  while (2 ** skew < array.rows) skew += 1;
  const holdsOperand = HELD[dataflow] !== null && !stillRests;
  const load = (fold: Fold): number => (holdsOperand ? fold.held : 0);
  if (array.overlap === "none") {
    return { load: 0, stream: sum(folds.map((fold) => load(fold) + fold.steps)), skew, hides: Infinity };
  }
  return { load: load(folds[0]!), stream: streamEnds(folds, load).at(-1)!, skew, hides: folds.at(-1)!.steps };
}

/**
 * When the stream of each fold ends, counted from the start of the first one's; each load is behind the stream before. Where
 * folds hold different numbers of words, each is charged with the longer of its own stream and its own load instead.
 */
function streamEnds(folds: readonly Fold[], load: (fold: Fold) => number): number[] {
  const first = folds[0]!;
  const ends: number[] = [];
  if (folds.some((fold) => fold.held !== first.held)) {
    let end = -Math.max(0, load(first) - first.steps);
    for (const fold of folds) ends.push((end += Math.max(fold.steps, load(fold))));
    return ends;
  }
  let start = 0;
  for (const [i, fold] of folds.entries()) {
    ends.push(start + fold.steps);
    const next = folds[i + 1];
    if (next !== undefined) start += Math.max(fold.steps, load(next));
  }
  return ends;
}

function outputStationaryTime(array: PeArray, { folds }: ArrayWork): ArrayTime {
  const shifts = array.drain === "shift";
  const span = (fold: Fold): number => fold.steps + fold.rows + fold.cols - 2 + (shifts ? array.rows * fold.held : 0);
  if (array.overlap !== "folds") return { load: 0, stream: sum(folds.map(span)), skew: 0, hides: Infinity };
  let start = 0;
  let end = 0;
  for (const fold of folds) {
    end = Math.max(end, start + span(fold));
    start += shifts ? Math.max(fold.steps, fold.rows * fold.held) : fold.steps;
  }
  return { load: 0, stream: start, skew: end - start, hides: Infinity };
}

function heldOperandTime(array: PeArray, { folds, stillRests }: ArrayWork): ArrayTime {
  const R = array.rows;
  const span = (fold: Fold): number => fold.steps + fold.rows + fold.cols - 2;
  const held = (fold: Fold): number => (stillRests ? 0 : fold.held);
  switch (array.overlap) {
    case "none":
      return { load: 0, stream: sum(folds.map((fold) => R * held(fold) + span(fold))), skew: 0, hides: Infinity };
    case "weights":
      return {
        load: R * held(folds[0]!),
        stream: sum(folds.map((fold) => Math.max(span(fold), fold.rows * held(fold)))),
        skew: 0,
        hides: Infinity,
      };
    case "folds": {
      const load = (fold: Fold): number => fold.rows * held(fold);
      const ends = streamEnds(folds, load);
      const stream = ends.at(-1)!;
      const end = Math.max(...folds.map((fold, i) => ends[i]! + R + fold.cols - 2));
      return { load: load(folds[0]!), stream, skew: end - stream, hides: folds.at(-1)!.steps };
    }
  }
}
