import type { LoopOrder, Mapping, Tile } from "../../../src/mapping/mapping.ts";
import type { Dataflow } from "../../../src/spec/hardware.ts";
import type { PeerRow } from "../../fixtures/peers/peers.ts";

type Dimension = keyof Tile;

interface Loop {
  readonly dimension: Dimension;
  readonly turns: number;
}

/** A peer's mapping as one loop nest over the whole GEMM, all operands' levels laid over each other. */
export interface LoopNest {
  /** Temporal loops from the inside to the outside. */
  readonly loops: readonly Loop[];
  /** Elements of each dimension that one step of the innermost loop covers. */
  readonly step: Tile;
  /** Extents unrolled over the rows and over the columns of the array. */
  readonly rows: Tile;
  readonly cols: Tile;
  /** Whether the peer counts a held word once for all steps in which it does not change. */
  readonly latches: boolean;
}

const ONE: Tile = { m: 1, n: 1, k: 1 };
const ZIGZAG: Readonly<Record<string, Dimension>> = { B: "m", K: "n", C: "k" };
const DIMENSIONS = ["m", "n", "k"] as const;

function turnsOf(loops: readonly Loop[]): Tile {
  const turns = { ...ONE };
  for (const loop of loops) turns[loop.dimension] *= loop.turns;
  return turns;
}

export function shapeOf(row: PeerRow): Tile {
  return { m: row.number("m"), n: row.number("n"), k: row.number("k") };
}

/** ZigZag: `[[(K, 4)], [(B, 8), (C, 12)], []]`, inside first; every operand has the same loops in the same order. */
export function zigzagNest(row: PeerRow): LoopNest {
  const text = row.text("loops_inner_to_outer_output");
  const loops = [...text.matchAll(/\((\w), (\d+)\)/g)].map(([, dimension, turns]): Loop => ({
    dimension: ZIGZAG[dimension!]!,
    turns: Number(turns),
  }));
  const shape = shapeOf(row);
  const turns = turnsOf(loops);
  // N and K are unrolled by up to 16; where they do not divide, each step covers a fraction, here the next whole number.
  const step = { m: 1, n: Math.ceil(shape.n / turns.n), k: Math.ceil(shape.k / turns.k) };
  return { loops, step, rows: { m: 1, n: 1, k: 16 }, cols: { m: 1, n: 16, k: 1 }, latches: true };
}

/** Timeloop: `| for M in [0:4); GlobalBuffer [...] ; | for N in [0:2) (Spatial-X); ...`, outside first. */
export function timeloopNest(row: PeerRow): LoopNest {
  const loops: Loop[] = [];
  const unrolled = { X: { ...ONE }, Y: { ...ONE } };
  const pattern = /for (\w) in \[0:(\d+)\)(?: \(Spatial-(\w)\))?/g;
  for (const [, name, count, axis] of row.text("mapping_outer_to_inner").matchAll(pattern)) {
    const dimension = name!.toLowerCase() as Dimension;
    if (axis === undefined) loops.unshift({ dimension, turns: Number(count) });
    else unrolled[axis as "X" | "Y"][dimension] *= Number(count);
  }
  const { X, Y } = unrolled;
  const step = { m: X.m * Y.m, n: X.n * Y.n, k: X.k * Y.k };
  // Sums add up along our rows; which side of the square array is which does not matter.
  const [rows, cols] = X.k > 1 ? [X, Y] : [Y, X];
  return { loops, step, rows, cols, latches: false };
}

/** Which dimensions stay in registers and which streams past them, per dataflow. */
const FOLDS: readonly { readonly dataflow: Dataflow; readonly held: string; readonly streamed: Dimension }[] = [
  { dataflow: "weight-stationary", held: "nk", streamed: "m" },
  { dataflow: "output-stationary", held: "mn", streamed: "k" },
  { dataflow: "input-stationary", held: "mk", streamed: "n" },
];

/** The loops, outermost first, with neighbours over one dimension merged; null where a dimension comes back. */
function orderOf(loops: readonly Loop[]): LoopOrder | null {
  const order: Dimension[] = [];
  for (const { dimension, turns } of loops) {
    if (turns === 1 || order[0] === dimension) continue;
    if (order.includes(dimension)) return null;
    order.unshift(dimension);
  }
  const rest = DIMENSIONS.filter((dimension) => !order.includes(dimension));
  return [...rest, ...order] as unknown as LoopOrder;
}

/** Sets of operands that stay in the buffer whole while others stream through it; which may, the model says. */
const KEPT = [false, true].flatMap((output) =>
  [false, true].flatMap((weight) => [false, true].map((input) => ({ input, weight, output }))),
);

const DOUBLE_BUFFERED = [
  { input: true, weight: true, output: true },
  { input: true, weight: true, output: false },
  { input: false, weight: false, output: false },
] as const;

/**
 * Every way to write the nest as a mapping of a chip whose array is fed straight from its one buffer: an inner part that is
 * one fold of the array (held dimensions, then the streamed one), a middle part that stays in the buffer, an outer part.
 * The longest fold first. Empty where no split has each dimension in one place per level.
 */
export function mappingsOf(nest: LoopNest, shape: Tile, dataflows: readonly Dataflow[]): Mapping[] {
  const { loops } = nest;
  const tileOf = (upTo: number): Tile => {
    const turns = turnsOf(loops.slice(0, upTo));
    const extent = (d: Dimension) => Math.min(shape[d], nest.step[d] * turns[d]);
    return { m: extent("m"), n: extent("n"), k: extent("k") };
  };
  const mappings: Mapping[] = [];
  for (let fold = loops.length; fold >= 0; fold--) {
    for (const { dataflow, held, streamed } of FOLDS.filter((each) => dataflows.includes(each.dataflow))) {
      // Stream positions inside words that are held along k: those are worked on together.
      const inside = loops.findIndex((loop) => loop.dimension !== streamed);
      const mayBe = nest.latches && dataflow !== "output-stationary" && loops[inside]?.dimension === "k";
      const together = mayBe ? inside : 0;
      const words = together > 0 ? "k" : held;
      const heldLoops = loops.findIndex((loop, i) => i >= fold || (i >= together && !words.includes(loop.dimension)));
      const inRegisters = heldLoops < 0 ? fold : Math.min(heldLoops, fold);
      if (loops.slice(inRegisters, fold).some((loop) => loop.dimension !== streamed)) continue;
      for (let buffered = loops.length; buffered >= fold; buffered--) {
        const globalOrder = orderOf(loops.slice(fold, buffered));
        const dramOrder = orderOf(loops.slice(buffered));
        if (globalOrder === null || dramOrder === null) continue;
        for (const [kept, doubleBuffered] of KEPT.flatMap((set) =>
          DOUBLE_BUFFERED.map((flags) => [set, flags] as const),
        )) {
          mappings.push({
            coreSplit: { b: 1, m: 1, n: 1, k: 1 },
            arraySplit: { b: 1, m: 1, n: 1 },
            packed: 1,
            globalTile: tileOf(buffered),
            dramOrder,
            localTile: null,
            globalOrder,
            arrayTile: tileOf(fold),
            dataflow,
            registerTile: turnsOf(loops.slice(0, inRegisters)),
            spatial: { rows: nest.rows, cols: nest.cols },
            bypass: null,
            kept,
            doubleBuffered: { global: doubleBuffered, local: { input: false, weight: false, output: false } },
          });
        }
      }
    }
  }
  return mappings;
}
