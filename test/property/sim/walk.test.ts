import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCore, simulateMapping, type MappedGemm } from "../../../src/sim/index.ts";
import {
  effort,
  longWalkCase,
  passing,
  ported,
  runsCase,
  seed,
  sharing,
  walkCase,
  type WalkCase,
} from "../../oracle/cases.ts";
import { whyIllegal } from "../../oracle/legality.ts";
import { walk } from "../../oracle/slow-walker.ts";

const builds = (["core", "core.scalar", "core.debug"] as const).map((name) => ({ name, core: createCore(name) }));

/** The core's numbers in the oracle's form; how waiting is shared out among DRAM and global buffer has its own test. */
function numbersOf({ timing, counters }: MappedGemm): unknown {
  const { dram, global, local, array } = counters;
  return {
    cycles: timing.cycles,
    computeCycles: timing.computeCycles,
    stallCycles: timing.stallCycles.dram + timing.stallCycles.global + timing.stallCycles.local,
    firstFillCycles: timing.firstFillCycles,
    lastDrainCycles: timing.lastDrainCycles,
    dram,
    global,
    local,
    array,
  };
}

function compare({ hardware, problem, mapping }: WalkCase): void {
  const why = whyIllegal(hardware, problem, mapping);
  const walked = why === null ? walk(hardware, problem, mapping) : null;
  for (const { name, core } of builds) {
    if (why !== null) {
      expect(() => simulateMapping(hardware, problem, mapping, { core }), `${name}, ${why}`).toThrow("not legal");
      continue;
    }
    const result = simulateMapping(hardware, problem, mapping, { core });
    if (result.kind !== "mapped") throw new Error(`${name} does not map what is legal`);
    const numbers = numbersOf(result);
    // The message of a difference takes as long as the search for one: it is made where there is one.
    if (!isDeepStrictEqual(numbers, walked)) expect(numbers, name).toEqual(walked);
    const { bound } = core.searchOf(0);
    expect(bound, `${name}, bound`).toBeGreaterThan(0);
    expect(bound, `${name}, bound`).toBeLessThanOrEqual(result.timing.cycles * (1 + 1e-12));
    expect(result.counters.macs).toBe(problem.batch * problem.m * problem.n * problem.k);
  }
}

/** Counts of legal and refused cases, so that a generator that stopped making one kind is noticed. */
function check(cases: fc.Arbitrary<WalkCase>, runs: number): void {
  const seen = { legal: 0, illegal: 0 };
  fc.assert(
    fc.property(cases, (each) => {
      seen[whyIllegal(each.hardware, each.problem, each.mapping) === null ? "legal" : "illegal"] += 1;
      compare(each);
    }),
    { seed, numRuns: runs * effort },
  );
  expect(seen.legal).toBeGreaterThan(runs / 5);
  expect(seen.illegal).toBeGreaterThan(runs / 20);
}

const kinds = [
  { kind: "systolic", overlap: "none" },
  { kind: "systolic", overlap: "weights" },
  { kind: "systolic", overlap: "folds" },
  { kind: "dot-product", overlap: "none" },
  { kind: "dot-product", overlap: "weights" },
  { kind: "dot-product", overlap: "folds" },
] as const;

/** Cases with one kind of array; `registers` off: one held word and one sum a PE. */
function casesOf({ kind, overlap }: (typeof kinds)[number], registers: boolean): fc.Arbitrary<WalkCase> {
  return walkCase
    .filter(({ hardware, mapping: { registerTile: t } }) => {
      return hardware.array.kind === kind && (registers || t.m * t.n * t.k === 1);
    })
    .map((each) => ({ ...each, hardware: { ...each.hardware, array: { ...each.hardware.array, overlap } } }));
}

describe(`the core against the slow walker (ECOTILE_PROPERTY_SEED=${seed})`, () => {
  it.each(kinds)("$kind array, overlap $overlap, one held word", (kind) => {
    check(casesOf(kind, false), 300);
  });
  it.each(kinds)("$kind array, overlap $overlap, register tiles", (kind) => {
    check(casesOf(kind, true), 300);
  });

  it("runs of many steps that are alike", () => {
    check(runsCase, 1500);
  });

  it("operands that go past the global buffer", () => {
    check(passing(walkCase), 1200);
  });
  it("the same in runs of many steps that are alike", () => {
    check(passing(runsCase), 800);
  });
  it("two operands in one memory", () => {
    check(sharing(walkCase), 1000);
  });
  it("ports of their own", () => {
    check(ported(walkCase), 1200);
  });
  it("ports of their own, operands past the global buffer, in runs of many steps that are alike", () => {
    check(ported(runsCase), 500);
    check(passing(ported(runsCase)), 500);
  });

  // Few of such mappings fit the buffers of a random chip: those that do not are not counted.
  it(
    "2,000 to 20,000 steps, in loops of many turns",
    () => {
      const seen = { cases: 0, severalCores: 0, severalArrays: 0, packed: 0, sharedPorts: 0, k: 0 };
      fc.assert(
        fc.property(longWalkCase, (each) => {
          const { hardware, problem, mapping } = each;
          fc.pre(whyIllegal(hardware, problem, mapping) === null);
          const { b, m, n, k } = mapping.coreSplit;
          seen.cases += 1;
          if (b * m * n * k > 1) seen.severalCores += 1;
          if (Math.max(...Object.values(mapping.arraySplit)) > 1) seen.severalArrays += 1;
          if (mapping.packed > 1) seen.packed += 1;
          if (hardware.dram?.port.shared === true || hardware.globalBuffer?.port.shared === true) seen.sharedPorts += 1;
          if (k > 1) seen.k += 1;
          compare(each);
        }),
        { seed, numRuns: 40 * effort, maxSkipsPerRun: 100 },
      );
      console.log("long walks:", seen);
      for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0);
    },
    180_000 * effort,
  );
});
