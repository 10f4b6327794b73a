import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as abi from "../../../assembly/abi.ts";
import { encodeHardware, encodeMapping } from "../../../src/sim/encode.ts";
import { arrayTime, arrayWork, coreWork, HELD } from "../../oracle/array-time.ts";
import { hardware as anyHardware, mappingOf, problem as anyProblem, seed } from "../../oracle/cases.ts";
import { whyNotInRegisters } from "../../oracle/legality.ts";
import { folded } from "../../oracle/steps.ts";
import { moduleOf } from "./module-of.ts";

/*
 * What an array does with one tile, and who shares a memory or a port, function by function: against counting elements, against folds
 * one by one (test/oracle/array-time.ts), and against lists of who is with whom.
 */
const core = await moduleOf({
  memory: ["HARDWARE_RECORD", "RESULTS"],
  hardware: ["load", "kind", "rows", "cols", "unroll", "skew", "overlap", "drain"],
  mapping: ["load", "setArray", "setArrays", "setPacked"],
  split: ["inMemory", "firstIn", "hasSize", "longest", "withSums", "bytesOf", "onPort"],
  "array/fold": ["timeTile", "unhiddenLoad", "tileCycles", "firstLoad", "skewCycles", "lastStream", "lastPosition"],
  "array/registers": ["registersFit", "changesEachStep", "together", "partTakenAnew"],
  "array/traffic": [
    ...["countTile", "inputsIn", "weightsIn", "sumsIn", "sumsOut", "accumulated", "sumBytes"],
    ...["edgeInputBytes", "edgeWeightBytes", "edgeSumBytes"],
  ],
} as const);
const fold = core["array/fold"];
const registers = core["array/registers"];
const traffic = core["array/traffic"];

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** A use of an array, and a tile that is worked on in it. */
const useOfArray = fc
  .record({
    hardware: anyHardware,
    problem: anyProblem,
    dice: fc.array(
      fc.integer({ min: 0, max: 999 }).map((die) => die / 1000),
      { minLength: 40, maxLength: 40 },
    ),
    m: fc.integer({ min: 1, max: 10 }),
    n: fc.integer({ min: 1, max: 10 }),
    k: fc.integer({ min: 1, max: 10 }),
    isFirstK: fc.boolean(),
    wasHeld: fc.boolean(),
  })
  .map(({ hardware, problem, dice, m, n, k, ...rest }) => {
    return { hardware, problem, mapping: mappingOf(hardware, problem, dice), tile: { m, n, k }, ...rest };
  });
type Use = typeof useOfArray extends fc.Arbitrary<infer T> ? T : never;

/** Puts hardware and mapping in place. */
function put({ hardware, problem, mapping }: Use): void {
  const record = new Float64Array(abi.HW_FIELDS);
  encodeHardware(record, hardware, null);
  core.put(core.memory.HARDWARE_RECORD(), [...record]);
  expect(core.hardware.load()).toBe(1);
  const result = new Float64Array(abi.RES_FIELDS);
  encodeMapping(result, 0, mapping, folded(problem));
  core.put(core.memory.RESULTS(), [...result]);
  core.mapping.load(core.memory.RESULTS());
}

const check = (runs: number, each: (use: Use) => void): void => {
  fc.assert(
    fc.property(useOfArray, (use) => {
      put(use);
      each(use);
    }),
    { seed, numRuns: runs },
  );
};

/** The part of array `index` of `count`, as positions from 0 on. */
const partOf = (extent: number, count: number, index: number): readonly number[] => {
  const size = Math.ceil(extent / count);
  return range(extent).slice(index * size, (index + 1) * size);
};

/**
 * What crosses the edges of a core's arrays, from the MACs one by one: a word comes once in each fold that works with it, for all arrays that
 * are at that fold; a sum leaves once in each fold along k, or, output-stationary, at the end.
 */
function countElements({ mapping, tile, isFirstK, wasHeld }: Use) {
  const { dataflow, registerTile, arraySplit } = mapping;
  const along = (d: "m" | "n" | "k"): number => mapping.spatial.rows[d] * mapping.spatial.cols[d];
  const blockOf = (d: "m" | "n" | "k", at: number): number => Math.floor(Math.floor(at / along(d)) / registerTile[d]);
  const parts = (d: "m" | "n") => range(arraySplit[d]).map((index) => partOf(tile[d], arraySplit[d], index));
  const [folds, inputs, weights, out, updates] = range(5).map(() => new Set<string>()) as [
    ...[Set<string>, Set<string>, Set<string>, Set<string>, Set<string>],
  ];
  for (const ms of parts("m")) {
    for (const ns of parts("n")) {
      for (const [i, m] of ms.entries()) {
        for (const [j, n] of ns.entries()) {
          for (const k of range(tile.k)) {
            const [mb, nb, kb] = [blockOf("m", i), blockOf("n", j), blockOf("k", k)];
            const fold = {
              "weight-stationary": `${nb} ${kb}`,
              "output-stationary": `${mb} ${nb}`,
              "input-stationary": `${mb} ${kb}`,
            }[dataflow];
            folds.add(fold);
            inputs.add(`${fold}: ${m} ${k}`);
            weights.add(`${fold}: ${n} ${k}`);
            out.add(dataflow === "output-stationary" ? `${m} ${n}` : `${kb}: ${m} ${n}`);
            updates.add(`${Math.floor(k / along("k"))}: ${m} ${n}`);
          }
        }
      }
    }
  }
  const rests = wasHeld && folds.size === 1 ? HELD[dataflow] : null;
  const addsUp = dataflow === "output-stationary" || registerTile.k > 1;
  return {
    inputs: rests === "input" ? 0 : inputs.size,
    weights: rests === "weight" ? 0 : weights.size,
    sumsOut: out.size,
    sumsIn: isFirstK ? out.size - tile.m * tile.n : out.size,
    updates: addsUp ? updates.size : 0,
  };
}

describe(`traffic of a tile (ECOTILE_PROPERTY_SEED=${seed})`, () => {
  it("is that of its elements, counted one by one", () => {
    check(1000, (use) => {
      const { tile, isFirstK, wasHeld, mapping, hardware } = use;
      const isHeld = wasHeld && HELD[mapping.dataflow] !== null;
      traffic.countTile(tile.m, tile.n, tile.k, Number(isFirstK), Number(isHeld));
      const counted = countElements(use);
      expect({
        inputs: traffic.inputsIn(),
        weights: traffic.weightsIn(),
        sumsOut: traffic.sumsOut(),
        sumsIn: traffic.sumsIn(),
        updates: traffic.accumulated(),
      }).toEqual(counted);
      const work = coreWork(hardware.array, mapping, tile, isFirstK, wasHeld);
      expect([counted.inputs, counted.weights]).toEqual([work.inputsRead, work.weightsRead]);
      const { input, weight, accumulator, output } = hardware.precision;
      const edge = [
        mapping.bypass === "input" ? 0 : Math.ceil((counted.inputs * input) / 8),
        mapping.bypass === "weight" ? 0 : Math.ceil((counted.weights * weight) / 8),
        Math.ceil((counted.sumsIn * accumulator) / 8),
      ];
      expect([traffic.edgeInputBytes(), traffic.edgeWeightBytes(), traffic.edgeSumBytes()]).toEqual(edge);
      // Of eleven sums five are outputs, if k is complete.
      expect(traffic.sumBytes(11, 5, 0)).toBe(Math.ceil((11 * accumulator) / 8));
      expect(traffic.sumBytes(11, 5, 1)).toBe(Math.ceil((6 * accumulator) / 8) + Math.ceil((5 * output) / 8));
    });
  });
});

describe(`time of a tile (ECOTILE_PROPERTY_SEED=${seed})`, () => {
  it("is that of its folds, one by one", () => {
    const seen: Record<string, number> = {};
    check(3000, ({ hardware: { array }, mapping, tile: { m: a, n: b, k: c }, wasHeld }) => {
      const tile = { m: 4 * a, n: 3 * b, k: 3 * c };
      const isHeld = wasHeld && HELD[mapping.dataflow] !== null;
      fold.timeTile(tile.m, tile.n, tile.k, Number(isHeld));
      const part = { ...tile, m: partOf(tile.m, mapping.arraySplit.m, 0).length };
      const first = { ...part, n: partOf(tile.n, mapping.arraySplit.n, 0).length };
      const work = arrayWork(array, mapping, first, false, wasHeld);
      const time = arrayTime(array, mapping.dataflow, work);
      const last = work.folds.at(-1)!;
      expect([fold.tileCycles(), fold.firstLoad(), fold.skewCycles()]).toEqual([time.stream, time.load, time.skew]);
      expect(fold.lastStream()).toBe(last.steps);
      const { m, n } = mapping.registerTile;
      const together = { "weight-stationary": m, "output-stationary": 1, "input-stationary": n }[mapping.dataflow];
      expect(registers.together()).toBe(together);
      expect(fold.lastPosition()).toBe(last.held * together);
      // A load of so many cycles behind this tile, and before anything.
      for (const load of [0, 1, last.steps, last.steps + 5]) {
        const hidden = array.kind === "systolic" && array.overlap === "weights" ? Infinity : last.steps;
        expect(fold.unhiddenLoad(load, last.steps)).toBe(Math.max(0, load - hidden));
        expect(fold.unhiddenLoad(load, 0)).toBe(load);
      }
      const name = `${array.kind} ${array.overlap} ${mapping.dataflow}`;
      seen[name] = (seen[name] ?? 0) + (work.folds.length > 1 && last.held > 1 ? 1 : 0);
    });
    expect(Object.keys(seen).length).toBe(18);
    for (const [name, count] of Object.entries(seen)) expect(count, name).toBeGreaterThan(2);
  });

  it("counts the last sum that leaves, which need not be that of the last fold", () => {
    const { hardware, mapping } = core;
    hardware.kind(abi.KIND_SYSTOLIC);
    hardware.rows(4);
    hardware.cols(8);
    hardware.unroll(abi.UNROLL_FIXED);
    hardware.skew(abi.SKEW_EDGE_AWARE);
    hardware.overlap(abi.OVERLAP_FOLDS);
    hardware.drain(abi.DRAIN_SHADOW);
    mapping.setPacked(1);
    mapping.setArray(abi.OUTPUT_STATIONARY, 1, 1, 1, 4, 1, 1, 1, 8, 1);
    mapping.setArrays(1, 1, 1);
    // Folds of 4 × 8, 1 × 8, 4 × 1 and 1 × 1 begin at cycles 0 to 3; their last sums leave at 11, 9, 6 and 4.
    fold.timeTile(5, 9, 1, 0);
    expect([fold.tileCycles(), fold.skewCycles()]).toEqual([4, 7]);
  });
});

/** A step of a PE: the word of weights and the word of inputs that it works with, by name. */
interface PeStep {
  readonly weight: string;
  readonly input: string;
}

/**
 * Steps of a PE in one fold of `positions` stream positions. Held words are taken in turn, each for so many positions as are worked on together;
 * output-stationary, the index of `inner` runs inside that of the other operand.
 */
function peSteps({ mapping }: Use, positions: number, inner: "weight" | "input"): readonly PeStep[] {
  const { m, n, k } = mapping.registerTile;
  const steps: PeStep[] = [];
  if (mapping.dataflow === "output-stationary") {
    for (const at of range(positions)) {
      const add = (i: number, j: number) => steps.push({ input: `${at} ${i}`, weight: `${at} ${j}` });
      if (inner === "weight") for (const i of range(m)) for (const j of range(n)) add(i, j);
      else for (const j of range(n)) for (const i of range(m)) add(i, j);
    }
    return steps;
  }
  const isWeight = mapping.dataflow === "weight-stationary";
  const together = isWeight ? m : n;
  const words = range(isWeight ? n : m).flatMap((i) => range(k).map((j) => `${i} ${j}`));
  for (let at = 0; at < positions; at += together) {
    for (const word of words) {
      for (const position of range(Math.min(together, positions - at))) {
        const streamed = `${at + position}`;
        steps.push(isWeight ? { weight: word, input: streamed } : { weight: streamed, input: word });
      }
    }
  }
  return steps;
}

describe(`registers (ECOTILE_PROPERTY_SEED=${seed})`, () => {
  it("hold a register tile where what is open and held fits", () => {
    const seen = [0, 0];
    check(3000, ({ hardware: { array }, mapping }) => {
      const fits = Number(whyNotInRegisters(array, mapping) === null);
      expect(registers.registersFit()).toBe(fits);
      seen[fits]! += 1;
    });
    expect(Math.min(...seen)).toBeGreaterThan(100);
  });

  it("give a word as often as a PE takes another one", () => {
    check(1000, (use) => {
      const { mapping, tile } = use;
      const along = (d: "m" | "n"): number => mapping.spatial.rows[d] * mapping.spatial.cols[d] * mapping.arraySplit[d];
      const streamed = { "weight-stationary": "m", "output-stationary": null, "input-stationary": "n" } as const;
      const dimension = streamed[mapping.dataflow];
      const positions = dimension === null ? tile.k : Math.ceil(tile[dimension] / along(dimension));
      for (const operand of ["weight", "input"] as const) {
        const steps = peSteps(use, positions, operand);
        const takes = steps.filter((step, i) => step[operand] !== steps[i - 1]?.[operand]).length;
        const words = new Set(steps.map((step) => step[operand])).size;
        const isHeld = HELD[mapping.dataflow] === operand;
        // What streams past without being held is taken once for each time that it comes.
        if (HELD[mapping.dataflow] !== null && !isHeld) continue;
        const anew = steps.length * registers.partTakenAnew(tile.m, tile.n);
        const expected = registers.changesEachStep(operand === "weight" ? abi.WEIGHT : abi.INPUT) === 1 ? anew : words;
        expect(Math.abs(expected - takes), operand).toBeLessThan(1e-9 * takes);
      }
    });
  });
});

describe("who shares a memory or a port", () => {
  const { split } = core;
  /** Operands by memory. */
  const MEMORIES: Readonly<Record<number, readonly (readonly number[])[]>> = {
    [abi.SPLIT_TOGETHER]: [[0, 1, 2]],
    [abi.SPLIT_APART]: [[0], [1], [2]],
    [abi.SPLIT_INPUT]: [[0], [1, 2]],
    [abi.SPLIT_WEIGHT]: [[0, 2], [1]],
    [abi.SPLIT_OUTPUT]: [[0, 1], [2]],
  };
  const BYTES = [
    [3, 5, 11],
    [11, 3, 5],
    [5, 11, 3],
    [0, 0, 7],
    [7, 0, 0],
    [0, 7, 0],
    [4, 4, 4],
  ] as const;

  it.each(Object.entries(MEMORIES))("code %s: %j", (code, memories) => {
    const number = Number(code);
    for (const operand of range(3)) {
      const mine = memories.find((each) => each.includes(operand))!;
      expect(split.inMemory(number, operand)).toBe(sum(mine.map((each) => 2 ** each)));
      expect(split.firstIn(number, operand)).toBe(mine[0]);
      expect(split.hasSize(number, operand)).toBe(Number(mine[0] === operand));
    }
    for (const bytes of BYTES) {
      const loads = memories.map((memory) => sum(memory.map((each) => bytes[each]!)));
      const [a, b, c] = bytes;
      expect(split.longest(number, a, b, c)).toBe(Math.max(...loads));
      expect(split.withSums(number, a, b, c)).toBe(loads[memories.findIndex((each) => each.includes(abi.OUTPUT))]);
      for (const operand of range(3)) {
        const at = memories.findIndex(([first]) => first === operand);
        expect(split.onPort(number, operand, a, b, c)).toBe(at < 0 ? 0 : loads[at]);
      }
      for (const passed of range(8)) {
        // A memory's size stands at the first operand that is in it; it is there if any that is in it does not go past it.
        const there = memories.filter((memory) => memory.some((each) => ((passed >> each) & 1) === 0));
        expect(split.bytesOf(number, a, b, c, passed)).toBe(sum(there.map(([first]) => bytes[first!]!)));
      }
    }
  });
});
