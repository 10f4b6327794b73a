import fc from "fast-check";
import { expect, it } from "vitest";
import * as abi from "../../../assembly/abi.ts";
import { decodeResult } from "../../../src/sim/decode.ts";
import { encodeHardware, encodeMapping, encodeProblem, levelsOf } from "../../../src/sim/encode.ts";
import { createCore, type GemmProblem, type MappingObjective } from "../../../src/sim/index.ts";
import { listPresets, loadHardware, type Hardware } from "../../../src/spec/index.ts";
import { effort, hardware, residency, seed } from "../../oracle/cases.ts";
import { levelsOf as kindsOf } from "../../oracle/levels.ts";

/*
 * A mapping that a search has found survives its way through the host: record → mapping → record gives equal bytes, and, given
 * back, the same result. ECOTILE_PROPERTY_EFFORT=250 runs 10^5 of them.
 */
const RUNS = 200;

const core = createCore();

/** The arrays of random machines, and systolic ones that unroll what they like. */
const machine: fc.Arbitrary<Hardware> = fc
  .tuple(hardware, fc.boolean())
  .map(([chip, isFlexible]) =>
    isFlexible ? { ...chip, array: { ...chip.array, unroll: "flexible" as const } } : chip,
  );
const preset: fc.Arbitrary<Hardware> = fc.constantFrom(...listPresets("hardware").map((name) => loadHardware(name)));

/** Fed straight from one single-buffered buffer, and free in what it unrolls: what is fetched ahead is not for the search to choose. */
const port = (bytes: number, latency: number) => ({
  ...{ read: { bytes, cycles: 1 }, write: { bytes, cycles: 1 } },
  ...{ shared: true, latency },
});
const chip = loadHardware("catransformers-22nm");
const FED_STRAIGHT: Hardware = {
  ...{ ...chip, cores: 1, arraysPerCore: 1, globalBuffer: null },
  array: {
    ...{ kind: "systolic", rows: 8, cols: 16, unroll: "flexible", dataflow: ["output-stationary"], drain: "shift" },
    ...{
      skew: "full-array",
      overlap: "none",
      registers: { words: 2, holds: [] },
      accumulators: { count: 4, per: "pe" },
    },
  },
  localBuffer: { size: 8192, port: port(32, 0), accessWidth: 1, rounding: "pro-rata", doubleBuffer: false },
  dram: { type: null, capacity: Infinity, port: port(64, 100), accessWidth: 1, rounding: "pro-rata" },
};

const side = fc.oneof(
  { arbitrary: fc.constant(1), weight: 1 },
  { arbitrary: fc.integer({ min: 1, max: 40 }), weight: 2 },
  { arbitrary: fc.integer({ min: 100, max: 2000 }), weight: 4 },
);
const gemm: fc.Arbitrary<GemmProblem> = fc.record({
  batch: fc.constantFrom(1, 1, 2, 5),
  m: side,
  n: side,
  k: side,
  sharedB: fc.boolean(),
});

const objective = fc.constantFrom<MappingObjective>("latency", "latency", "energy", "edp", "carbon");
const one = { read: 1, write: 1.5 };
const ENERGY = { mac: 0.1, dram: { read: 100, write: 100 }, global: one, local: one, register: one, accumulator: one };

it(
  `found mappings survive their round trip (ECOTILE_PROPERTY_SEED=${seed})`,
  () => {
    const seen = new Map<string, number>();
    const count = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);
    let found = 0;
    const mapped = fc.oneof({ arbitrary: machine, weight: 4 }, { arbitrary: preset, weight: 1 });
    fc.assert(
      fc.property(mapped, gemm, residency, objective, (machine, shape, placed, what) => {
        const levels = levelsOf(machine);
        const problem = levels.outer === null || placed === null ? shape : { ...shape, ...placed };
        encodeHardware(core.hardware, machine, { ...ENERGY, activePerCycle: 50 });
        encodeProblem(core.problems, 0, problem, what, "fast", false);
        if (core.evaluate(1) !== 0) {
          expect(core.results[abi.RES_STATUS]).toBe(abi.STATUS_TOO_SMALL);
          return;
        }
        found += 1;
        const before = core.results.slice(0, abi.RES_FIELDS);
        const result = decodeResult(core.results, 0, problem, machine, levels);
        if (result.kind !== "mapped") throw new Error("not mapped");
        core.results.fill(-1, 0, abi.RES_FIELDS);
        const { batch, m, n, k, sharedB } = problem;
        encodeMapping(core.results, 0, result.mapping, { m: sharedB ? batch * m : m, n, k });
        encodeProblem(core.problems, 0, problem, what, "fast", true);
        expect(core.evaluate(1), "given back").toBe(0);
        // What the search took, and what it has left to win, is not of the mapping.
        before.fill(0, abi.RES_SCORED, abi.RES_WALKED + 1);
        before[abi.RES_GAP] = 0;
        expect(
          Buffer.from(core.results.slice(0, abi.RES_FIELDS).buffer).equals(Buffer.from(before.buffer)),
          "bytes",
        ).toBe(true);
        const kind = kindsOf(machine);
        count(kind.inner === null ? "direct" : "local buffers");
        count(kind.outer === null ? "no outer buffer" : `outer: ${kind.outerIs}`);
        count(`${machine.array.kind}, ${machine.array.unroll}`);
      }),
      {
        seed,
        numRuns: RUNS * effort,
        examples: [[FED_STRAIGHT, { batch: 1, m: 220, n: 2, k: 80, sharedB: false }, null, "latency"]],
      },
    );
    console.log(`round trips: ${found}`, Object.fromEntries(seen));
    expect(found).toBeGreaterThan(0.8 * RUNS * effort);
    for (const many of seen.values()) expect(many).toBeGreaterThan(0.02 * found);
  },
  Math.max(120_000, 120_000 * effort),
);
