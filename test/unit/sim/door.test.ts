import { describe, expect, it } from "vitest";
import * as abi from "../../../assembly/abi.ts";
import { encodeHardware, encodeProblem } from "../../../src/sim/encode.ts";
import {
  createCore,
  GemmProblemError,
  IllegalMappingError,
  simulateGemms,
  simulateMapping,
  UnmodelledHardwareError,
  type EnergyCoefficients,
  type GemmProblem,
  type MappedGemm,
} from "../../../src/sim/index.ts";
import { fieldName } from "../../../src/sim/refusal.ts";
import { loadHardware } from "../../../src/spec/index.ts";

/** What the core lets in, and what it says of what it does not. */
const core = createCore();
const one = { read: 1, write: 1 };
const ENERGY: EnergyCoefficients = {
  ...{ mac: 1, dram: one, global: one, local: one, register: one, accumulator: one },
  activePerCycle: 1,
};
const PROBLEM: GemmProblem = { batch: 2, m: 20, n: 24, k: 40, sharedB: false };
const chip = loadHardware("catransformers-22nm");

const goodHardware = new Float64Array(abi.HW_FIELDS);
encodeHardware(goodHardware, chip, ENERGY);
const goodProblem = new Float64Array(abi.IN_FIELDS);
encodeProblem(goodProblem, 0, PROBLEM, "carbon", "fast", false);

interface Row {
  readonly problem: Float64Array;
  /** What the result record holds before the call. */
  readonly before?: Float64Array;
}

/** Result records of one call. */
function evaluate(hardware: Float64Array, rows: readonly Row[]): readonly Float64Array[] {
  core.hardware.set(hardware);
  rows.forEach(({ problem, before }, i) => {
    core.problems.set(problem, i * abi.IN_FIELDS);
    core.results.fill(-7.25, i * abi.RES_FIELDS, (i + 1) * abi.RES_FIELDS);
    if (before !== undefined) core.results.set(before, i * abi.RES_FIELDS);
  });
  const failures = core.evaluate(rows.length);
  const results = rows.map((_, i) => core.results.slice(i * abi.RES_FIELDS, (i + 1) * abi.RES_FIELDS));
  expect(failures).toBe(results.filter((result) => result[abi.RES_STATUS] !== abi.STATUS_OK).length);
  return results;
}

type Change = readonly [field: number, value: number];

function withFields(record: Float64Array, changes: readonly Change[]): Float64Array {
  const changed = record.slice();
  for (const [field, value] of changes) changed[field] = value;
  return changed;
}

const withField = (record: Float64Array, field: number, value: number): Float64Array =>
  withFields(record, [[field, value]]);

const told = (result: Float64Array): readonly number[] =>
  [abi.RES_STATUS, abi.RES_LEVEL, abi.RES_NEEDED, abi.RES_AVAILABLE].map((field) => result[field]!);

const [good] = evaluate(goodHardware, [{ problem: goodProblem }]);
const given = withField(goodProblem, abi.IN_GIVEN_MAPPING, 1);

const range = (first: number, count: number): readonly number[] => Array.from({ length: count }, (_, i) => first + i);
const HARDWARE_FIELDS = range(0, abi.HW_FIELDS);
const PROBLEM_FIELDS = range(0, abi.IN_FIELDS);
const MAPPING_FIELDS = [...range(abi.MAP_CORES, abi.MAP_KEPT - abi.MAP_CORES + 1), ...range(abi.MAP_ARRAYS, 3)];
const CAPACITIES = [...range(abi.HW_INNER_SIZE, 3), ...range(abi.HW_OUTER_SIZE, 3)];
const PORTS = [abi.HW_ARRAY_PORT, abi.HW_INNER_PORT, abi.HW_OUTER_PORT, abi.HW_ARRAY_READS, abi.HW_INNER_READS].flatMap(
  (first) => range(first, 4),
);
const ENERGIES = range(abi.HW_ENERGY_MAC, 2 + abi.TRAFFIC_COLUMNS);
const WIDTHS = range(abi.HW_INPUT_BYTES, 4);
/** Fields that may hold 0. */
const ZERO = [
  ...[abi.HW_MULTICAST, abi.HW_ARRAY_KIND, abi.HW_UNROLL, abi.HW_SKEW, abi.HW_OVERLAP, abi.HW_DRAIN],
  ...[abi.HW_REGISTER_WORDS, abi.HW_REGISTER_HOLDS, abi.HW_ACCUMULATORS, abi.HW_INNER_SPLIT, abi.HW_INNER_DOUBLE],
  ...[abi.HW_HAS_OUTER, abi.HW_OUTER_SPLIT, abi.HW_OUTER_DOUBLE, abi.HW_DIRECT, abi.HW_ARRAY_LATENCY],
  ...[abi.HW_OUTER_PASSED, abi.HW_ARRAY_PORTS, abi.HW_INNER_PORTS],
  // One port for all operands: only its cycles are read.
  ...[abi.HW_ARRAY_READS, abi.HW_INNER_READS].flatMap((reads) => range(reads, 4)),
  ...[abi.HW_ARRAY_PORT, abi.HW_INNER_PORT, abi.HW_OUTER_PORT].flatMap((port) => [
    port + 1,
    port + 3,
    port + 4,
    port + 5,
  ]),
  ...[abi.HW_ARRAY_BLOCK, abi.HW_INNER_BLOCK, abi.HW_OUTER_BLOCK, ...ENERGIES],
  // Not split: only the first of three sizes is read.
  ...[abi.HW_INNER_SIZE + 1, abi.HW_INNER_SIZE + 2, abi.HW_OUTER_SIZE + 1, abi.HW_OUTER_SIZE + 2],
];

const NEVER = [NaN, -1, -Infinity, 1e300, -Number.MIN_VALUE];

describe("every field is checked before work begins", () => {
  it("a good record is worked with", () => {
    expect(good![abi.RES_STATUS]).toBe(abi.STATUS_OK);
    expect(good![abi.RES_CYCLES]).toBeGreaterThan(0);
  });

  const refuses = (fields: readonly number[], values: readonly number[], run: (f: number, v: number) => Float64Array) =>
    fields.flatMap((field) => values.map((value) => ({ field, value, told: told(run(field, value)).slice(0, 3) })));

  const hardware = (field: number, value: number) =>
    evaluate(withField(goodHardware, field, value), [{ problem: goodProblem }])[0]!;
  const problem = (field: number, value: number) =>
    evaluate(goodHardware, [{ problem: withField(goodProblem, field, value) }])[0]!;
  const mapping = (field: number, value: number) =>
    evaluate(goodHardware, [{ problem: given, before: withField(good!, field, value) }])[0]!;

  const kinds = [
    ["hardware, numbers that no field may be", HARDWARE_FIELDS, NEVER, hardware],
    ["hardware, Infinity", HARDWARE_FIELDS.filter((f) => !CAPACITIES.includes(f)), [Infinity], hardware],
    [
      "hardware, fractions of what is whole",
      HARDWARE_FIELDS.filter((f) => ![...PORTS, ...WIDTHS, ...ENERGIES].includes(f)),
      [0.5, 1.5, 5e-324],
      hardware,
    ],
    ["hardware, nothing", HARDWARE_FIELDS.filter((f) => !ZERO.includes(f)), [0, -0], hardware],
    ["hardware, rates that no number of cycles is left of", PORTS, [5e-324, 1e17], hardware],
    ["hardware, more than any", HARDWARE_FIELDS.filter((f) => !ENERGIES.includes(f)), [2 ** 53 + 2], hardware],
  ] as const;
  it.each(kinds)("%s", (_, fields, values, run) => {
    for (const { field, value, told } of refuses(fields, values, run)) {
      const what = `${fieldName(abi.RECORD_HARDWARE, field)} = ${value}`;
      expect(told, what).toEqual([abi.STATUS_BAD_HARDWARE, field, abi.RECORD_HARDWARE]);
    }
  });

  it("problem", () => {
    const wholes = PROBLEM_FIELDS.filter((f) => f !== abi.IN_RESERVED);
    const found = [
      ...refuses(PROBLEM_FIELDS, [...NEVER, Infinity, 2 ** 53 + 2], problem),
      ...refuses(wholes, [0.5, 5e-324, 8.5], problem),
      ...refuses([abi.IN_BATCH, abi.IN_M, abi.IN_N, abi.IN_K], [0, 2 ** 24 + 1], problem),
      ...refuses([abi.IN_SHARED_B, abi.IN_GIVEN_MAPPING, abi.IN_EVERY_TILE], [2], problem),
      ...refuses([abi.IN_EFFORT], [3], problem),
      ...refuses([abi.IN_OBJECTIVE], [4], problem),
      ...refuses([abi.IN_RESIDENT], [8], problem),
    ];
    for (const { field, value, told } of found) {
      const what = `${fieldName(abi.RECORD_PROBLEM, field)} = ${value}`;
      expect(told, what).toEqual([abi.STATUS_BAD_PROBLEM, field, abi.RECORD_PROBLEM]);
    }
  });

  it("mapping", () => {
    expect(told(evaluate(goodHardware, [{ problem: given, before: good! }])[0]!)).toEqual([abi.STATUS_OK, 0, 0, 0]);
    const found = refuses(MAPPING_FIELDS, [...NEVER, Infinity, 0.5, 5e-324, 2 ** 31, 2 ** 32, 2 ** 53], mapping);
    for (const { field, value, told } of found) {
      const what = `${fieldName(abi.RECORD_MAPPING, field)} = ${value}`;
      expect(told, what).toEqual([abi.STATUS_BAD_MAPPING, field, abi.RECORD_MAPPING]);
    }
  });

  it("a mapping whose fields are good but not together: the field that says so", () => {
    const wrong: readonly Change[] = [
      [abi.MAP_CORES, chip.cores + 1],
      [abi.MAP_PACKED, PROBLEM.batch + 1],
      [abi.MAP_OUTER_TILE, PROBLEM.m + 1],
      [abi.MAP_OUTER_TILE + 2, PROBLEM.k + 1],
      [abi.MAP_INNER_TILE + 1, PROBLEM.n + 1],
      [abi.MAP_ARRAYS, 2],
      [abi.MAP_ROWS + 2, chip.array.rows + 1],
      [abi.MAP_COLS + 1, chip.array.cols + 1],
      [abi.MAP_REGISTER_TILE + 2, 4096],
      [abi.MAP_KEPT, 7],
    ];
    for (const [field, value] of wrong) {
      const first = [abi.MAP_ROWS, abi.MAP_COLS, abi.MAP_REGISTER_TILE].find((f) => f <= field && field < f + 3);
      expect(told(mapping(field, value)), fieldName(abi.RECORD_MAPPING, field)).toEqual([
        abi.STATUS_BAD_MAPPING,
        first ?? field,
        abi.RECORD_MAPPING,
        abi.RULE_TOGETHER,
      ]);
    }
  });

  it("fields that do not go together", () => {
    const bad = (changes: readonly Change[], problem: Float64Array = goodProblem): readonly number[] =>
      told(evaluate(withFields(goodHardware, changes), [{ problem }])[0]!);
    const narrow = [abi.STATUS_BAD_HARDWARE, abi.HW_ACCUMULATOR_BYTES, abi.RECORD_HARDWARE, abi.RULE_TOGETHER];
    for (const wider of [abi.HW_INPUT_BYTES, abi.HW_WEIGHT_BYTES, abi.HW_OUTPUT_BYTES]) {
      const widths = (sums: number): readonly Change[] => [[abi.HW_ACCUMULATOR_BYTES, sums], [wider, 4]]; // prettier-ignore
      expect(bad(widths(2))).toEqual(narrow);
      expect(bad(widths(4))[0]).toBe(abi.STATUS_OK);
    }
    const direct: readonly Change[] = [[abi.HW_ARRAYS, 2], [abi.HW_DIRECT, 1]]; // prettier-ignore
    expect(bad(direct)).toEqual([abi.STATUS_BAD_HARDWARE, abi.HW_ARRAYS, abi.RECORD_HARDWARE, abi.RULE_TOGETHER]);
    expect(bad([[abi.HW_HAS_OUTER, 0]], withField(goodProblem, abi.IN_RESIDENT, 1))).toEqual([
      abi.STATUS_BAD_PROBLEM,
      abi.IN_RESIDENT,
      abi.RECORD_PROBLEM,
      abi.RULE_TOGETHER,
    ]);
    const own: Change = [abi.HW_INNER_PORTS, abi.SPLIT_APART];
    expect(bad([own])[0]).toBe(abi.STATUS_OK);
    const far = [abi.STATUS_BAD_HARDWARE, abi.HW_INNER_PORTS, abi.RECORD_HARDWARE, abi.RULE_TOGETHER];
    expect(bad([own, [abi.HW_HAS_OUTER, 0]])).toEqual(far);
    const past: Change = [abi.HW_OUTER_PASSED, 1 << abi.INPUT];
    expect(bad([past])[0]).toBe(abi.STATUS_OK);
    expect(bad([past], withField(goodProblem, abi.IN_RESIDENT, 1))).toEqual([
      abi.STATUS_BAD_PROBLEM,
      abi.IN_RESIDENT,
      abi.RECORD_PROBLEM,
      abi.RULE_TOGETHER,
    ]);
    const all = [abi.STATUS_BAD_HARDWARE, abi.HW_OUTER_PASSED, abi.RECORD_HARDWARE, abi.RULE_TOGETHER];
    expect(bad([[abi.HW_OUTER_PASSED, 7]])).toEqual(all);
    expect(bad([[abi.HW_OUTER_PASSED, 7], [abi.HW_HAS_OUTER, 0]])[0]).toBe(abi.STATUS_OK); // prettier-ignore
    const huge = goodProblem.slice();
    huge.set([1, 2 ** 24, 2 ** 24, 2 ** 24], abi.IN_BATCH);
    expect(bad([], huge)).toEqual([abi.STATUS_BAD_PROBLEM, abi.IN_BATCH, abi.RECORD_PROBLEM, abi.RULE_TOGETHER]);
  });

  it("sizes and rates that are not read may be 0, and change nothing; rates that are read may not", () => {
    const sizes = [abi.HW_INNER_SIZE + 1, abi.HW_INNER_SIZE + 2, abi.HW_OUTER_SIZE + 1, abi.HW_OUTER_SIZE + 2];
    const reads = [abi.HW_ARRAY_READS, abi.HW_INNER_READS].flatMap((first) => [first, first + 2]);
    const record = withFields(
      goodHardware,
      [...sizes, ...reads].map((field) => [field, 0]),
    );
    expect(evaluate(record, [{ problem: goodProblem }])[0]).toEqual(good);
    for (const ports of [abi.HW_ARRAY_PORTS, abi.HW_INNER_PORTS]) {
      for (const [split, read] of [
        [abi.SPLIT_INPUT, 0],
        [abi.SPLIT_WEIGHT, 0],
        [abi.SPLIT_OUTPUT, 1],
      ] as const) {
        // prettier-ignore
        const [result] = evaluate(withField(record, ports, split), [{ problem: goodProblem }]);
        expect(told(result!), `${ports}, ${split}`).toEqual([
          ...[abi.STATUS_BAD_HARDWARE, ports === abi.HW_ARRAY_PORTS ? reads[read] : reads[2 + read]],
          ...[abi.RECORD_HARDWARE, abi.RULE_RATE],
        ]);
      }
    }
  });
});

describe("rows do not depend on each other", () => {
  const bad = withField(goodProblem, abi.IN_M, NaN);
  const wrongMapping = withField(good!, abi.MAP_ROWS, 0.5);
  const rows = [
    { problem: bad },
    { problem: goodProblem },
    { problem: given, before: wrongMapping },
    { problem: given, before: good! },
    { problem: bad, before: good! },
    { problem: goodProblem },
  ];

  it("good rows among bad ones are as by themselves; bad rows hold nothing of good ones", () => {
    const results = evaluate(goodHardware, rows);
    expect(results[1]).toEqual(good);
    expect(results[5]).toEqual(good);
    const [alone] = evaluate(goodHardware, [{ problem: given, before: good! }]);
    expect(results[3]).toEqual(alone);
    // What a search says of itself, a given mapping does not have.
    const ofSearch = { [abi.RES_SCORED]: 0, [abi.RES_WALKED]: 0, [abi.RES_GAP]: 0 };
    expect({ ...alone, ...ofSearch }).toEqual({ ...good, ...ofSearch });
    for (const i of [0, 4]) expect(results[i]!.slice(abi.RES_CYCLES)).toEqual(new Float64Array(abi.RES_FIELDS - 4));
    const [, , refused] = results;
    for (const field of range(abi.RES_CYCLES, abi.RES_FIELDS - abi.RES_CYCLES)) {
      const expected = MAPPING_FIELDS.includes(field) ? wrongMapping[field] : 0;
      expect(refused![field], String(field)).toBe(expected);
    }
  });

  it("a refused hardware leaves no number in any row, whatever was there", () => {
    const results = evaluate(withField(goodHardware, abi.HW_OUTER_PORT + abi.PORT_WRITE_BYTES, 0), [
      { problem: goodProblem, before: good! },
      { problem: goodProblem },
    ]);
    for (const result of results) {
      const field = abi.HW_OUTER_PORT + abi.PORT_WRITE_BYTES;
      expect(told(result)).toEqual([abi.STATUS_BAD_HARDWARE, field, abi.RECORD_HARDWARE, abi.RULE_RATE]);
      expect(result.slice(abi.RES_CYCLES)).toEqual(new Float64Array(abi.RES_FIELDS - 4));
    }
  });

  it("an energy for which any mapping scores the same is no reason for an answer of another row", () => {
    for (const objective of [abi.OBJECTIVE_ENERGY, abi.OBJECTIVE_EDP, abi.OBJECTIVE_CARBON]) {
      const record = withFields(
        goodHardware,
        ENERGIES.map((field) => [field, abi.MOST_ENERGY]),
      );
      const problems = [8, 20, 300].map((m) =>
        withField(withField(goodProblem, abi.IN_M, m), abi.IN_OBJECTIVE, objective),
      );
      const results = evaluate(
        record,
        problems.map((problem) => ({ problem })),
      );
      results.forEach((result, i) => {
        expect(result[abi.RES_STATUS]).toBe(abi.STATUS_OK);
        expect(Number.isFinite(result[abi.RES_ENERGY])).toBe(true);
        expect(evaluate(record, [{ problem: problems[i]! }])[0]).toEqual(result);
      });
    }
  });

  it("the host's hardware record and problems are only read", () => {
    const record = withFields(
      goodHardware,
      ENERGIES.map((field) => [field, 0]),
    );
    const [first] = evaluate(record, [{ problem: goodProblem }]);
    expect(core.hardware.slice(0, abi.HW_FIELDS)).toEqual(record);
    expect(core.problems.slice(0, abi.IN_FIELDS)).toEqual(goodProblem);
    expect(evaluate(record, [{ problem: goodProblem }])[0]).toEqual(first);
  });
});

describe("the host names what the core refuses", () => {
  const caught = (run: () => unknown): Error => {
    try {
      run();
    } catch (error) {
      return error as Error;
    }
    throw new Error("nothing was thrown");
  };

  it("hardware", () => {
    const error = caught(() => simulateGemms({ ...chip, cores: 0 }, [PROBLEM]));
    expect(error).toBeInstanceOf(UnmodelledHardwareError);
    expect(error).toMatchObject({ field: "HW_CORES" });
    expect(error.message).toBe("HW_CORES is 0, but must be a whole number from 1 to 4096.");
    const { port } = chip.dram!;
    const still = { ...chip, dram: { ...chip.dram!, port: { ...port, write: { bytes: 0, cycles: 1 } } } };
    expect(caught(() => simulateGemms(still, [PROBLEM])).message).toBe(
      "HW_OUTER_PORT + PORT_WRITE_BYTES is 0, but must be a number from 2^-53 to 2^53; cycles of an unlimited port are 0.",
    );
    const narrow = { ...chip, precision: { ...chip.precision, accumulator: 4 } };
    expect(caught(() => simulateGemms(narrow, [PROBLEM])).message).toBe(
      "HW_ACCUMULATOR_BYTES is 0.5, but must be at least as wide as inputs, weights and outputs.",
    );
  });

  it("energies", () => {
    const energy = { ...ENERGY, local: { read: NaN, write: 1 } };
    const error = caught(() => simulateGemms(chip, [PROBLEM], { objective: "carbon", energy }));
    expect(error.message).toBe("HW_ENERGY_TRAFFIC + 11 is NaN, but must be a number from 0 to 1e+200.");
  });

  it("problem", () => {
    const error = caught(() => simulateGemms(chip, [PROBLEM, { ...PROBLEM, reservedBytes: -1 }]));
    expect(error).toBeInstanceOf(GemmProblemError);
    expect(error).toMatchObject({ row: 1, field: "IN_RESERVED" });
    expect(error.message).toContain("GEMM 2,20,24,40: IN_RESERVED is -1, but must be a number of bytes");
  });

  it("mapping", () => {
    const { mapping } = simulateGemms(chip, [PROBLEM])[0] as MappedGemm;
    const error = caught(() => simulateMapping(chip, PROBLEM, { ...mapping, packed: 3 }));
    expect(error).toBeInstanceOf(IllegalMappingError);
    expect(error).toMatchObject({ field: "MAP_PACKED" });
    expect(error.message).toBe(
      "GEMM 2,20,24,40: the mapping is not legal on this hardware: MAP_PACKED is 3, " +
        "but does not go with the problem, the hardware, or the fields before it",
    );
  });

  it("every field has a name of its own", () => {
    const records = [HARDWARE_FIELDS, PROBLEM_FIELDS, MAPPING_FIELDS];
    records.forEach((fields, record) => {
      const names = fields.map((field) => fieldName(record, field));
      expect(new Set(names).size).toBe(fields.length);
      for (const name of names) expect(name).toMatch(/^(HW|IN|MAP)_[A-Z_]+( \+ (\d+|PORT_[A-Z_]+))?$/);
    });
  });
});
