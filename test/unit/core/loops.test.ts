import { describe, expect, it } from "vitest";
import * as abi from "../../../assembly/abi.ts";
import { createRandom } from "../../../src/random/index.ts";
import { moduleOf } from "./module-of.ts";

/*
 * Whole numbers, loop orders, the loop nest and the sharing out of an extent, function by function, against plain loops and lists.
 */
const core = await moduleOf({
  "int-math": ["ceilDiv", "ceilLog2", "larger", "smaller"],
  "loop-order": ["outermost", "middle", "innermost", "pick", "isInside"],
  hardware: ["isDirect", "passedBits"],
  mapping: ["setProblem", "setOuter", "setInner", "dataflow", "setKept"],
  nest: [
    ...["turns", "changes", "outerOpens", "streaming", "dimensionOf", "setOuterLoops", "setInnerLoops"],
    ...["isOutsideTurning", "reloaded", "turningLoops", "countedLoops"],
  ],
  share: [
    ...["set", "innerTurns", "fullTiles", "cutIndex", "goToTile", "tileIndex", "tileClass"],
    ...["extentOfOne", "extentOfRest", "extentOfAll", "wholeChunks", "coresAtWork"],
  ],
} as const);
const scalar = await moduleOf({ "int-math": ["larger", "smaller"] } as const, false);

const SEED = 20_260_111;
const random = createRandom(SEED);
const upTo = (most: number): number => 1 + Math.floor(random.float() * most);
const range = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);
const ORDERS = ["mnk", "mkn", "nmk", "nkm", "kmn", "knm"];
const DIMENSIONS = "mnk";
/** Dimensions of input, weight and output. */
const OWN = ["mk", "nk", "mn"];
const bits = (operands: readonly number[]): number => operands.reduce((sum, operand) => sum + 2 ** operand, 0);

describe("int-math", () => {
  const { ceilDiv, ceilLog2 } = core["int-math"];

  it("rounds quotients up as whole numbers do, up to 2^53", () => {
    const pairs = range(20_000).map(() => [
      Math.floor(2 ** (53 * random.float())),
      Math.floor(2 ** (53 * random.float())),
    ]);
    for (const [a, b] of [...pairs, [0, 7], [7, 7], [8, 7], [2 ** 53 - 1, 2], [2 ** 53 - 1, 2 ** 53 - 2]] as [
      number,
      number,
    ][]) {
      const [x, y] = [BigInt(a), BigInt(b)];
      expect(ceilDiv(a, b), `${a} / ${b}`).toBe(Number((x + y - 1n) / y));
    }
  });

  it("takes logarithms to the next whole number", () => {
    expect([1, 2, 3, 4, 5, 8, 9, 1024, 1025].map((x) => ceilLog2(x))).toEqual([0, 1, 2, 2, 3, 3, 4, 10, 11]);
  });

  it("chooses of two numbers in both builds", () => {
    for (const { larger, smaller } of [core["int-math"], scalar["int-math"]]) {
      for (const [a, b] of [
        [1, 2],
        [2, 1],
        [-1, 1],
        [5, 5],
        [Infinity, 3],
        [-Infinity, 3],
        [0.5, 0.25],
      ] as const) {
        expect([larger(a, b), smaller(a, b)]).toEqual([Math.max(a, b), Math.min(a, b)]);
      }
    }
  });
});

describe("loop orders", () => {
  const order = core["loop-order"];

  it.each([...ORDERS.entries()])("order %i is %s", (index, name) => {
    expect([order.outermost(index), order.middle(index), order.innermost(index)]).toEqual(
      [...name].map((each) => DIMENSIONS.indexOf(each)),
    );
    for (const a of range(3)) {
      for (const b of range(3)) {
        if (a === b) continue;
        const isInside = name.indexOf(DIMENSIONS[a]!) > name.indexOf(DIMENSIONS[b]!);
        expect(order.isInside(index, a, b), `${a} in ${b}`).toBe(Number(isInside));
      }
    }
  });

  it("picks by dimension", () => {
    expect(range(3).map((dimension) => order.pick(dimension, 5, 6, 7))).toEqual([5, 6, 7]);
  });
});

/** A position in a loop nest: indices of the loops, outermost first. */
type Indices = readonly number[];

/** Every position of a loop nest in program order. */
function* walk(turns: readonly number[]): Generator<Indices> {
  const at = turns.map(() => 0);
  for (;;) {
    yield [...at];
    let level = turns.length - 1;
    while (level >= 0 && at[level] === turns[level]! - 1) at[level--] = 0;
    if (level < 0) return;
    at[level]! += 1;
  }
}

/** The tile of an operand at a position of the three loops in `order`: indices of the dimensions that it depends on. */
const tileOf = (operand: number, order: string, at: Indices): string =>
  [...OWN[operand]!].map((dimension) => at[order.indexOf(dimension)]).join();

/** Whether the operand's tile, of which one at a time is kept, comes more often than there are tiles of it. */
function comesAgain(operand: number, order: string, turns: Readonly<Record<string, number>>): boolean {
  let fetched = 0;
  let before = "";
  const seen = new Set<string>();
  for (const at of walk([...order].map((dimension) => turns[dimension]!))) {
    const tile = tileOf(operand, order, at);
    if (tile !== before) fetched += 1;
    before = tile;
    seen.add(tile);
  }
  return fetched > seen.size;
}

describe(`the loop nest (seed ${SEED})`, () => {
  const { nest, mapping, hardware } = core;

  it("knows at every step which tiles are others than before, and which outer tiles go", () => {
    for (let run = 0; run < 300; run++) {
      const [outer, inner] = [upTo(6) - 1, upTo(6) - 1];
      const outerTurns = { m: upTo(3), n: upTo(3), k: upTo(3) };
      const innerTurns = { m: upTo(3), n: upTo(3), k: upTo(3) };
      const batchSteps = upTo(2);
      const [outerOrder, innerOrder] = [ORDERS[outer]!, ORDERS[inner]!];
      mapping.setOuter(1, 1, 1, outer, 7);
      mapping.setInner(1, 1, 1, inner, 7);
      const kept = upTo(8) - 1;
      mapping.setKept(kept);
      nest.setOuterLoops(batchSteps, outerTurns.m, outerTurns.n, outerTurns.k);
      nest.setInnerLoops(innerTurns.m, innerTurns.n, innerTurns.k);
      const along = (order: string, turns: typeof outerTurns) =>
        [...order].map((each) => turns[each as "m" | "n" | "k"]);
      const turns = [batchSteps, ...along(outerOrder, outerTurns), ...along(innerOrder, innerTurns)];
      expect(range(7).map((level) => nest.turns(level))).toEqual(turns);
      expect(range(6).map((i) => nest.dimensionOf(i + 1))).toEqual(
        [...outerOrder, ...innerOrder].map((each) => DIMENSIONS.indexOf(each)),
      );
      let before: Indices | undefined;
      for (const at of walk(turns)) {
        if (before !== undefined) {
          const last = before;
          const level = at.findIndex((index, i) => index !== last[i]);
          const outerTile = (operand: number, [b, ...rest]: Indices): string =>
            `${b}: ${tileOf(operand, outerOrder, rest.slice(0, 3))}`;
          const innerTile = (operand: number, whole: Indices): string =>
            `${outerTile(operand, whole)}; ${tileOf(operand, innerOrder, whole.slice(4))}`;
          const moved = range(3).filter((operand) => innerTile(operand, at) !== innerTile(operand, last));
          expect(nest.changes(level), `${at.join()} after ${last.join()}`).toBe(bits(moved));
          if (level <= 3) {
            const gone = range(3).filter((operand) => outerTile(operand, at) !== outerTile(operand, last));
            // A batch step gives up what was kept as well.
            expect(nest.outerOpens(level)).toBe(level === 0 ? 7 : bits(gone) & ~kept);
          }
        }
        before = at;
      }
    }
  });

  it("knows the loops each turn of which brings a tile again", () => {
    for (const [index, order] of ORDERS.entries()) {
      for (const several of range(8)) {
        const turns = {
          m: (several & 1) !== 0 ? 3 : 1,
          n: (several & 2) !== 0 ? 2 : 1,
          k: (several & 4) !== 0 ? 4 : 1,
        };
        expect(nest.turningLoops(turns.m, turns.n, turns.k)).toBe(several);
        // The operand that does not depend on m is the weight, on n the input, on k the output.
        const again = [abi.WEIGHT, abi.INPUT, abi.OUTPUT].map((operand) => comesAgain(operand, order, turns));
        const counted = bits(range(3).filter((dimension) => again[dimension]));
        expect(nest.countedLoops(index, several) & several, `${order} ${several}`).toBe(counted);
        for (const free of range(3)) {
          // Whether or not it turns itself.
          const others = [...order].slice(order.indexOf(DIMENSIONS[free]!) + 1);
          const isOutside = others.some((each) => turns[each as "m" | "n" | "k"] > 1);
          expect(nest.isOutsideTurning(free, index, turns.m, turns.n, turns.k)).toBe(Number(isOutside));
          expect((nest.countedLoops(index, several) >> free) & 1).toBe(Number(isOutside));
        }
        mapping.setProblem(1, turns.m * 5 - 1, turns.n * 5, turns.k * 5 - 4);
        mapping.setOuter(5, 5, 5, index, 7);
        const reloaded = range(3).filter((operand) => comesAgain(operand, order, turns));
        hardware.passedBits(0);
        expect(nest.reloaded()).toBe(bits(reloaded));
        hardware.passedBits(2);
        expect(nest.reloaded()).toBe(bits(reloaded.filter((operand) => operand !== abi.WEIGHT)));
        hardware.passedBits(0);
      }
    }
  });

  it("streams past an array without a buffer what the dataflow does not hold", () => {
    const held = { [abi.WEIGHT_STATIONARY]: [0, 2], [abi.OUTPUT_STATIONARY]: [0, 1], [abi.INPUT_STATIONARY]: [1, 2] };
    for (const [dataflow, streams] of Object.entries(held)) {
      mapping.dataflow(Number(dataflow));
      hardware.isDirect(1);
      expect(nest.streaming()).toBe(bits(streams));
      hardware.isDirect(0);
      expect(nest.streaming()).toBe(0);
    }
  });
});

describe(`an extent that is shared out (seed ${SEED})`, () => {
  const { share } = core;
  const lengthOf = (from: number, until: number): number => Math.max(0, until - from);

  it("is cut as by hand", () => {
    const seen = [0, 0, 0, 0];
    for (let run = 0; run < 1500; run++) {
      const [extent, cores] = [upTo(60), upTo(9)];
      const chunk = Math.ceil(extent / cores);
      const local = upTo(chunk);
      const dimension = upTo(3) - 1;
      share.set(dimension, extent, cores, local);
      const chunks = range(cores).map(
        (core) => [Math.min(extent, core * chunk), Math.min(extent, (core + 1) * chunk)] as const,
      );
      const sizes = chunks.map(([from, until]) => lengthOf(from, until));
      const turns = range(chunk).filter((at) => at % local === 0).length;
      /** Extent of inner tile j on each core. */
      const tiles = (j: number) => sizes.map((size) => lengthOf(j * local, Math.min(size, (j + 1) * local)));
      const whole = sizes.filter((size) => size === chunk).length;
      const rest = sizes.find((size) => size > 0 && size < chunk);
      const what = `${extent} over ${cores} in ${local}`;
      expect(share.innerTurns(dimension), what).toBe(turns);
      expect(share.fullTiles(dimension), what).toBe(range(turns).filter((j) => (j + 1) * local <= chunk).length);
      expect(share.wholeChunks(dimension), what).toBe(whole);
      // The first inner tile that the core with less does not fill.
      const cut = rest === undefined ? -1 : range(turns).find((j) => rest < (j + 1) * local);
      expect(share.cutIndex(dimension), what).toBe(cut);
      for (const j of range(turns)) {
        const all = tiles(j);
        expect(share.extentOfOne(dimension, j), what).toBe(all[0]);
        expect(share.extentOfRest(dimension, j), what).toBe(rest === undefined ? 0 : all[whole]);
        expect(share.extentOfAll(dimension, j), what).toBe(all.reduce((sum, each) => sum + each, 0));
        expect(share.coresAtWork(dimension, j), what).toBe(all.filter((each) => each > 0).length);
        share.goToTile(dimension, j);
        const kind = share.tileClass(dimension);
        expect(share.tileIndex(dimension)).toBe(j);
        const ofRest = rest === undefined ? local : all[whole]!;
        const expected = all[0]! < local ? 3 : ofRest === local ? 0 : j === cut ? 1 : 2;
        expect(kind, `${what}, tile ${j}`).toBe(expected);
        seen[kind]! += 1;
      }
    }
    for (const count of seen) expect(count).toBeGreaterThan(100);
  });
});
