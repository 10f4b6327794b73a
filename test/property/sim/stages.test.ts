import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as abi from "../../../assembly/abi.ts";
import type { Tile } from "../../../src/mapping/mapping.ts";
import { encodeHardware, encodeMapping, encodeProblem } from "../../../src/sim/encode.ts";
import {
  effort,
  hardware as anyHardware,
  mappingOf,
  problem,
  seed,
  walkCase,
  type WalkCase,
} from "../../oracle/cases.ts";
import { compileCore } from "../../unit/core/module-of.ts";

/*
 * Every stage of a search throws away what its bound says cannot win. So the bound of each stage is at most what the walk finds for any
 * mapping that is given, in time, and on one core in energy (on several it is no strict one: docs/model.md, "Bounds"). The stages are inside the core: this module is the core with them in its surface.
 */
const ENTRY = `
import * as arrayBound from "../assembly/mapper/array-bound";
import * as bound from "../assembly/mapper/bound";
import { boundWaits } from "../assembly/mapper/bound-waits";
import { isDirect } from "../assembly/hardware";
import * as mapping from "../assembly/mapping";
import * as outerTiles from "../assembly/mapper/outer-tiles";
import * as sizes from "../assembly/mapper/sizes";
import { HARDWARE_RECORD, PROBLEMS, RESULTS } from "../assembly/memory";
export { evaluate } from "../assembly/index";
export function hardwarePointer(): usize { return HARDWARE_RECORD; }
export function problemsPointer(): usize { return PROBLEMS; }
export function resultsPointer(): usize { return RESULTS; }
const OUT: usize = memory.data(128, 16);
export function stagesPointer(): usize { return OUT; }
let at: usize = 0;
function tell(time: f64, energy: f64): void {
  store<f64>(OUT + at, time);
  store<f64>(OUT + at + 8, energy);
  at += 16;
}
/** Bounds the mapping that was evaluated last, stage by stage: time and energy each. Returns how many there are. */
export function stages(): i32 {
  at = 0;
  bound.boundProblem();
  arrayBound.setBatches();
  arrayBound.setPrices();
  bound.boundLeast();
  tell(bound.leastPorts, bound.leastBeyond);
  arrayBound.boundArrayAlone();
  tell(arrayBound.time, arrayBound.energy);
  tell(0, bound.leastBeyond + arrayBound.energy);
  bound.boundOuter();
  bound.boundOuterWith(arrayBound.time, arrayBound.energy);
  tell(bound.time, bound.energy);
  bound.boundShares();
  const m: usize = sizes.sizeRow(0, sizes.LONE_SIZE);
  const n: usize = sizes.sizeRow(1, sizes.LONE_SIZE);
  const k: usize = sizes.sizeRow(2, sizes.LONE_SIZE);
  sizes.setSize(m, mapping.lm, mapping.M, mapping.gm, mapping.coresM, mapping.sm, mapping.tm);
  sizes.setSize(n, mapping.ln, mapping.N, mapping.gn, mapping.coresN, mapping.sn, mapping.tn);
  sizes.setSize(k, mapping.lk, mapping.K, mapping.gk, mapping.coresK, mapping.sk, mapping.tk);
  bound.boundTiles(m, n, k);
  tell(arrayBound.time, arrayBound.energy);
  bound.boundEnds();
  bound.boundAnyOrder();
  tell(bound.time, bound.energy);
  bound.boundOrder();
  tell(bound.time, bound.energy);
  boundWaits();
  tell(bound.time, bound.energy);
  // Of an outer tile before its inner ones are known, which this puts in place of those of the mapping.
  if (isDirect) outerTiles.boundFolds(mapping.gm, mapping.gn, mapping.gk);
  tell(isDirect ? outerTiles.foldTime() : 0, isDirect ? arrayBound.energy : 0);
  return <i32>(at >> 4);
}
`;
const STAGES = [
  ...["every element once, by the ports", "the array alone", "the array and every element once", "outer tile"],
  ...[
    "the array in these tiles",
    "inner tile, any order",
    "inner tile",
    "waits",
    "folds of an outer tile fed straight",
  ],
];

interface Instance {
  readonly memory: WebAssembly.Memory;
  evaluate(count: number): number;
  stages(): number;
  hardwarePointer(): number;
  problemsPointer(): number;
  resultsPointer(): number;
  stagesPointer(): number;
}

const one = { read: 1, write: 1.5 };
const ENERGY = { mac: 0.1, dram: { read: 100, write: 90 }, global: one, local: one, register: one, accumulator: one };

const share = fc.integer({ min: 0, max: 999 }).map((die) => die / 1000);

/**
 * Several cores share out outer tiles of which the last is so short that some of them have nothing to do there; a slow port without multicast brings
 * each core its own operands.
 */
const unequalCase = fc
  .record({
    chip: anyHardware,
    problem,
    dice: fc.array(share, { minLength: 40, maxLength: 40 }),
    isDirect: fc.boolean(),
    along: fc.constantFrom("m" as const, "n" as const),
    part: share,
    cores: fc.integer({ min: 3, max: 8 }),
    slow: fc.integer({ min: 5, max: 40 }),
  })
  .map(({ chip, problem, dice, isDirect, along, part, cores, slow }): WalkCase => {
    const level = chip.globalBuffer ?? {
      size: Infinity,
      port: null,
      accessWidth: 1,
      rounding: "pro-rata" as const,
      doubleBuffer: true,
    };
    const port = { read: { bytes: 1, cycles: slow }, write: { bytes: 1, cycles: 0 }, shared: false, latency: 0 };
    const hardware = {
      ...chip,
      cores,
      multicast: false,
      globalBuffer: { ...level, port },
      ...(isDirect ? { localBuffer: null, arraysPerCore: 1 } : {}),
    };
    const mapping = mappingOf(hardware, { ...problem, sharedB: false }, dice);
    const outer = (mapping.globalTile ?? mapping.localTile)!;
    const size = Math.ceil(problem[along] * (0.5 + part / 2));
    const coreSplit = { b: 1, m: 1, n: 1, k: 1, [along]: Math.min(cores, size) };
    const tile = { ...outer, [along]: size };
    const within = (inner: Tile): Tile => ({
      m: Math.min(inner.m, Math.ceil(tile.m / coreSplit.m)),
      n: Math.min(inner.n, Math.ceil(tile.n / coreSplit.n)),
      k: Math.min(inner.k, tile.k),
    });
    return {
      hardware,
      problem: { ...problem, sharedB: false },
      mapping: {
        ...mapping,
        coreSplit,
        ...(mapping.arrayTile === null
          ? { globalTile: tile, localTile: within(mapping.localTile!) }
          : { localTile: tile, arrayTile: within(mapping.arrayTile) }),
      },
    };
  });

describe(`bounds of every stage (ECOTILE_PROPERTY_SEED=${seed})`, async () => {
  const core = (await compileCore(ENTRY)) as unknown as Instance;
  const view = (pointer: number) => new Float64Array(core.memory.buffer, pointer);
  const [hardware, problems, results] = [core.hardwarePointer(), core.problemsPointer(), core.resultsPointer()].map(
    view,
  );
  const told = view(core.stagesPointer());

  /** Walks the mapping; null where it is not legal. Else bounds by stage. */
  function boundsOf({ hardware: chip, problem, mapping }: WalkCase) {
    encodeHardware(hardware!, chip, { ...ENERGY, activePerCycle: 1 });
    encodeProblem(problems!, 0, problem, "latency", "fast", true);
    const m = problem.sharedB ? problem.batch * problem.m : problem.m;
    encodeMapping(results!, 0, mapping, { m, n: problem.n, k: problem.k });
    if (core.evaluate(1) !== 0) return null;
    expect(core.stages()).toBe(STAGES.length);
    return STAGES.map((stage, i) => ({ stage, time: told[2 * i]!, energy: told[2 * i + 1]! }));
  }

  it("are at most the walk, in time, and on one core in energy", () => {
    const seen = { cases: 0, onOneCore: 0, splitsK: 0, direct: 0, severalArrays: 0, resident: 0 };
    fc.assert(
      fc.property(walkCase, (each) => {
        const bounds = boundsOf(each);
        if (bounds === null) return;
        seen.cases += 1;
        const { b, m, n, k } = each.mapping.coreSplit;
        const isOnOneCore = b * m * n * k === 1;
        if (isOnOneCore) seen.onOneCore += 1;
        if (k > 1) seen.splitsK += 1;
        if (each.mapping.arrayTile !== null) seen.direct += 1;
        if (each.hardware.arraysPerCore > 1) seen.severalArrays += 1;
        if (each.problem.resident !== undefined) seen.resident += 1;
        const [cycles, energy] = [results![abi.RES_CYCLES]!, results![abi.RES_ENERGY]!];
        for (const bound of bounds) {
          expect(bound.time, `${bound.stage}, cycles`).toBeLessThanOrEqual(cycles * (1 + 1e-12));
          if (isOnOneCore) expect(bound.energy, `${bound.stage}, energy`).toBeLessThanOrEqual(energy * (1 + 1e-12));
        }
      }),
      { seed, numRuns: 10_000 * effort },
    );
    console.log("bounds of every stage:", seen);
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0.02 * seen.cases);
  });

  it("are at most the walk where the last outer tile leaves cores without work", () => {
    const seen = { cases: 0, idle: 0, direct: 0 };
    fc.assert(
      fc.property(unequalCase, (each) => {
        const bounds = boundsOf(each);
        if (bounds === null) return;
        seen.cases += 1;
        const { problem, mapping } = each;
        const outer = (mapping.arrayTile === null ? mapping.globalTile : mapping.localTile)!;
        const isIdle = (["m", "n"] as const).some(
          (d) => problem[d] % outer[d] > 0 && problem[d] % outer[d] < mapping.coreSplit[d],
        );
        if (isIdle) seen.idle += 1;
        if (mapping.arrayTile !== null) seen.direct += 1;
        const cycles = results![abi.RES_CYCLES]!;
        for (const { stage, time } of bounds) expect(time, stage).toBeLessThanOrEqual(cycles * (1 + 1e-12));
      }),
      { seed, numRuns: 10_000 * effort },
    );
    console.log("bounds on unequal cores:", seen);
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0.02 * seen.cases);
  });
});
