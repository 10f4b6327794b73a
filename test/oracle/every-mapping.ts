/**
 * Every mapping of a very small GEMM that may be legal, one by one, without any bound or order of promise: loops over all
 * values that a mapping can have. Only loop orders that differ in loops of one turn are left out. Which extents an array is
 * unrolled over is a definition of the search (assembly/mapper/array-options.ts), told again here.
 */
import { LOOP_ORDERS } from "../../src/mapping/loop-orders.ts";
import type { LoopOrder, Mapping, Tile } from "../../src/mapping/mapping.ts";
import type { GemmProblem, PerOperand } from "../../src/sim/types.ts";
import type { Buffer, Dataflow, Hardware, Operand } from "../../src/spec/hardware.ts";
import { HELD } from "./array-time.ts";
import { returns, sidesOf } from "./legality.ts";
import { levelsOf, passesOuter } from "./levels.ts";
import { folded } from "./steps.ts";

type Flags = Record<keyof PerOperand, boolean>;
type Use = Pick<Mapping, "coreSplit" | "arraySplit" | "packed" | "dataflow" | "registerTile" | "spatial" | "bypass">;

const NONE: Flags = { input: false, weight: false, output: false };
const ONE: Tile = { m: 1, n: 1, k: 1 };

const parts = (extent: number, size: number): number => Math.ceil(extent / size);
const upTo = (most: number): number[] => Array.from({ length: most }, (_, i) => i + 1);

/** Every mapping of the right form; whether it fits is for `whyIllegal` to say. */
export function* everyMapping(hardware: Hardware, problem: GemmProblem): Generator<Mapping> {
  const levels = levelsOf(hardware);
  const isDirect = levels.inner === null;
  const whole = folded(problem);
  const outerTiles = levels.outer === null ? [{ m: whole.m, n: whole.n, k: whole.k }] : tilesUpTo(whole);
  // What goes past the outer buffer has no tiles there to have twice.
  const outerSets = setsOf(levels.outer).filter((set) =>
    (["input", "weight", "output"] as const).every((operand) => !set[operand] || !passesOuter(levels, operand)),
  );
  const innerSets = setsOf(levels.inner);
  for (const use of everyUse(hardware, problem)) {
    const { coreSplit } = use;
    for (const outer of outerTiles) {
      const chunk = {
        m: parts(outer.m, coreSplit.m),
        n: parts(outer.n, coreSplit.n),
        k: parts(outer.k, coreSplit.k),
      };
      for (const dramOrder of ordersOf(whole, outer))
        for (const kept of levels.outer === null ? [NONE] : subsetsOf(returns({ dramOrder }, whole, outer))) {
          for (const inner of tilesUpTo(chunk)) {
            for (const globalOrder of ordersOf(chunk, inner)) {
              for (const outerSet of outerSets) {
                for (const innerSet of innerSets) {
                  yield {
                    ...use,
                    globalTile: levels.outerIs === "global" ? outer : null,
                    dramOrder,
                    localTile: isDirect ? (levels.outerIs === "local" ? outer : null) : inner,
                    globalOrder,
                    kept,
                    arrayTile: isDirect ? inner : null,
                    doubleBuffered: {
                      global: levels.outerIs === "global" ? outerSet : NONE,
                      local: isDirect ? (levels.outerIs === "local" ? outerSet : NONE) : innerSet,
                    },
                  };
                }
              }
            }
          }
        }
    }
  }
}

function tilesUpTo(most: Tile): Tile[] {
  return upTo(most.m).flatMap((m) => upTo(most.n).flatMap((n) => upTo(most.k).map((k) => ({ m, n, k }))));
}

/** Orders that put the loops of several turns in different orders. */
function ordersOf(extent: Tile, tile: Tile): LoopOrder[] {
  const seen = new Map<string, LoopOrder>();
  for (const order of LOOP_ORDERS) {
    const turning = order.filter((d) => parts(extent[d], tile[d]) > 1).join();
    if (!seen.has(turning)) seen.set(turning, order);
  }
  return [...seen.values()];
}

/** Every set of some operands. */
function subsetsOf(all: Flags): Flags[] {
  const choices = (isIn: boolean): boolean[] => (isIn ? [false, true] : [false]);
  return choices(all.input).flatMap((input) =>
    choices(all.weight).flatMap((weight) => choices(all.output).map((output) => ({ input, weight, output }))),
  );
}

/** Every set of double-buffered operands that the buffer allows; the tiles on the way into an array have no choice. */
function setsOf(buffer: Buffer | null): Flags[] {
  if (buffer === null || !buffer.doubleBuffer) return [NONE];
  const both = [true, false];
  return both.flatMap((input) => both.flatMap((weight) => both.map((output) => ({ input, weight, output }))));
}

/** Every grid of a core's arrays, where the core has so much of the GEMM. */
function gridsOfArrays(arrays: number, one: Tile, batch: number): Mapping["arraySplit"][] {
  const all = upTo(Math.min(arrays, batch)).flatMap((b) =>
    upTo(Math.min(arrays, one.m)).flatMap((m) => upTo(Math.min(arrays, one.n)).map((n) => ({ b, m, n }))),
  );
  return all.filter(({ b, m, n }) => b * m * n <= arrays);
}

/** Every grid of cores and of arrays, and use of the array. */
function* everyUse(hardware: Hardware, problem: GemmProblem): Generator<Use> {
  const { cores, array } = hardware;
  const whole = folded(problem);
  const isDirect = levelsOf(hardware).inner === null;
  for (const b of upTo(Math.min(cores, whole.batch))) {
    for (const m of upTo(Math.min(cores, whole.m))) {
      for (const n of upTo(Math.min(cores, whole.n))) {
        for (const k of upTo(Math.min(cores, whole.k))) {
          if (b * m * n * k > cores) continue;
          const ofCore = { m: parts(whole.m, m), n: parts(whole.n, n), k: parts(whole.k, k) };
          for (const arraySplit of gridsOfArrays(hardware.arraysPerCore, ofCore, parts(whole.batch, b))) {
            const one = { m: parts(ofCore.m, arraySplit.m), n: parts(ofCore.n, arraySplit.n), k: ofCore.k };
            for (const dataflow of array.dataflow) {
              for (const unrolled of unrollings(hardware, dataflow, one, whole.batch)) {
                for (const registerTile of registerTiles(dataflow, unrolled.spatial, one)) {
                  const common = { coreSplit: { b, m, n, k }, arraySplit, dataflow, registerTile, ...unrolled };
                  yield { ...common, bypass: null };
                  const held = HELD[dataflow];
                  if (held !== null && !isDirect && hasHeldRegisters(hardware, held)) yield { ...common, bypass: held };
                }
              }
            }
          }
        }
      }
    }
  }
}

/** The search sends only operands past the inner buffer that the PEs have registers for, more than the one latch. */
function hasHeldRegisters({ array }: Hardware, held: Operand): boolean {
  return array.registers.holds.includes(held) && array.registers.words > 1;
}

/**
 * Register tiles along the two dimensions of what rests in the PEs; what streams runs through in steps of one, or of several
 * where words rest along k alone.
 */
function registerTiles(dataflow: Dataflow, spatial: Mapping["spatial"], one: Tile): Tile[] {
  const steps = (d: keyof Tile): number[] => upTo(parts(one[d], spatial.rows[d] * spatial.cols[d]));
  switch (dataflow) {
    case "weight-stationary":
      return steps("n").flatMap((n) =>
        steps("k").flatMap((k) => (n === 1 && k > 1 ? steps("m") : [1]).map((m) => ({ m, n, k }))),
      );
    case "output-stationary":
      return steps("m").flatMap((m) => steps("n").map((n) => ({ m, n, k: 1 })));
    case "input-stationary":
      return steps("m").flatMap((m) =>
        steps("k").flatMap((k) => (m === 1 && k > 1 ? steps("n") : [1]).map((n) => ({ m, n, k }))),
      );
  }
}

type Unrolling = Pick<Mapping, "spatial" | "packed">;

function unrollings({ array }: Hardware, dataflow: Dataflow, one: Tile, batch: number): Unrolling[] {
  const { rows, cols } = array;
  if (array.unroll === "flexible")
    return flexibleUnrollings(rows, cols, one).map((spatial) => ({ spatial, packed: 1 }));
  const [down, across] = sidesOf(array, dataflow);
  const sides = (onRows: number, onCols: number) => ({
    rows: { ...ONE, [down]: onRows },
    cols: { ...ONE, [across]: onCols },
  });
  const all: Unrolling[] = [{ spatial: sides(rows, cols), packed: 1 }];
  // Several batch elements side by side, each on its own extents.
  const most = Math.min(batch, Math.floor(rows / one[down]), Math.floor(cols / one[across]));
  for (let packed = 2; packed <= most; packed++) all.push({ spatial: sides(one[down], one[across]), packed });
  return all;
}

/** k over the rows in even shares, what is left of the rows all to m or all to n; columns to n, to m, or 2 or 4 to m. */
function flexibleUnrollings(rows: number, cols: number, one: Tile): Mapping["spatial"][] {
  const fewest = parts(one.k, rows);
  const shares = new Set<number>();
  for (let count = fewest; count <= one.k; count = count < fewest + 3 ? count + 1 : count * 2) {
    shares.add(parts(one.k, count));
  }
  const columns = [{ ...ONE, n: cols }];
  if (cols > 1 && one.m > 1) {
    columns.push({ ...ONE, m: cols });
    for (const m of [2, 4]) if (m < cols) columns.push({ ...ONE, m, n: Math.floor(cols / m) });
  }
  const all: Mapping["spatial"][] = [];
  for (const k of shares) {
    const left = Math.floor(rows / k);
    const sides =
      left > 1
        ? [
            { m: left, n: 1, k },
            { m: 1, n: left, k },
          ]
        : [{ m: 1, n: 1, k }];
    for (const side of sides) for (const column of columns) all.push({ rows: side, cols: column });
  }
  return all;
}
