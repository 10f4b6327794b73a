import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as abi from "../../../assembly/abi.ts";
import { encodeHardware, encodeMapping, encodeProblem } from "../../../src/sim/encode.ts";
import { effort, seed, walkCase, type WalkCase } from "../../oracle/cases.ts";
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
});
