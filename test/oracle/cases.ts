import fc from "fast-check";
import type { LoopOrder, Mapping, Tile } from "../../src/mapping/mapping.ts";
import { LOOP_ORDERS } from "../../src/mapping/loop-orders.ts";
import type { GemmProblem } from "../../src/sim/types.ts";
import type { Buffer, Dataflow, Hardware, Operand, PeArray, Port } from "../../src/spec/hardware.ts";
import { UNLIMITED, type Rate } from "../../src/units/quantity.ts";
import { HELD } from "./array-time.ts";
import { returns, sidesOf } from "./legality.ts";
import { levelsOf } from "./levels.ts";
import { folded, tilesOf } from "./steps.ts";

/** Seed of the randomised tests, and how many cases each runs; both from the environment where given. */
export const seed = Number(process.env["ECOTILE_PROPERTY_SEED"] ?? 20_250_607);
export const effort = Number(process.env["ECOTILE_PROPERTY_EFFORT"] ?? 1);

export interface WalkCase {
  readonly hardware: Hardware;
  readonly problem: GemmProblem;
  readonly mapping: Mapping;
}

const rate: fc.Arbitrary<Rate> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(UNLIMITED) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 64 }).map((bytes) => ({ bytes, cycles: 1 })) },
  {
    weight: 3,
    arbitrary: fc.record({ bytes: fc.integer({ min: 1, max: 300 }), cycles: fc.integer({ min: 1, max: 25 }) }),
  },
);

const port: fc.Arbitrary<Port> = fc
  .record({
    read: rate,
    write: rate,
    shared: fc.boolean(),
    latency: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 60 })),
  })
  // A shared port has one bandwidth.
  .map((port) => (port.shared ? { ...port, write: port.read } : port));

const bytes = fc.oneof(fc.constant(Infinity), fc.integer({ min: 16, max: 400 }), fc.integer({ min: 200, max: 12_000 }));

const accesses = {
  accessWidth: fc.constantFrom(1, 3, 8, 64),
  rounding: fc.constantFrom("pro-rata" as const, "pro-rata" as const, "block" as const),
};

const buffer: fc.Arbitrary<Buffer> = fc.record({
  size: fc.oneof(bytes, fc.record({ input: bytes, weight: bytes, output: bytes })),
  port,
  ...accesses,
  doubleBuffer: fc.boolean(),
});

const DATAFLOWS: readonly Dataflow[] = ["weight-stationary", "output-stationary", "input-stationary"];
const OPERANDS: readonly Operand[] = ["input", "weight", "output"];

const arrayCommon = {
  rows: fc.integer({ min: 1, max: 12 }),
  cols: fc.integer({ min: 1, max: 12 }),
  dataflow: fc.shuffledSubarray([...DATAFLOWS], { minLength: 1 }),
  skew: fc.constantFrom("full-array" as const, "edge-aware" as const),
  overlap: fc.constantFrom("none" as const, "weights" as const, "folds" as const),
  drain: fc.constantFrom("shadow" as const, "shift" as const),
  registers: fc.record({
    words: fc.constantFrom(0, 1, 2, 4, 7, 16),
    holds: fc.subarray([...OPERANDS]),
  }),
  accumulators: fc.record({
    count: fc.constantFrom(1, 2, 3, 4, 16),
    per: fc.constantFrom("pe" as const, "column" as const),
  }),
};

export const peArray: fc.Arbitrary<PeArray> = fc.oneof(
  fc.record({ kind: fc.constant("systolic" as const), unroll: fc.constant("fixed" as const), ...arrayCommon }),
  fc.record({
    kind: fc.constant("dot-product" as const),
    unroll: fc.constantFrom("flexible" as const, "flexible" as const, "fixed" as const),
    ...arrayCommon,
  }),
);

export const hardware: fc.Arbitrary<Hardware> = fc
  .record({
    precision: fc.record({
      input: fc.constantFrom(4, 8, 16),
      weight: fc.constantFrom(4, 8, 16),
      accumulator: fc.constantFrom(16, 32),
      output: fc.constantFrom(4, 8, 16),
    }),
    cores: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constantFrom(6, 12)),
    arraysPerCore: fc.constantFrom(1, 1, 1, 2, 3, 4),
    multicast: fc.boolean(),
    array: peArray,
    localBuffer: fc.option(buffer, { freq: 8 }),
    globalBuffer: fc.option(buffer, { freq: 4 }),
    dram: fc.option(fc.record({ port, ...accesses }), { freq: 8 }),
  })
  .map(({ dram, cores, arraysPerCore, ...rest }): Hardware => ({
    name: "random",
    description: "",
    clock: 1e9,
    node: 22,
    energy: null,
    ...rest,
    cores,
    // Several arrays share a local buffer.
    arraysPerCore: rest.localBuffer === null ? 1 : arraysPerCore,
    vector: { lanes: 1, cyclesPerElement: {} },
    dram: dram === null ? null : { type: null, capacity: Infinity, ...dram },
    kernels: null,
    boardPower: null,
    runtime: null,
  }));

export const problem: fc.Arbitrary<GemmProblem> = fc.record({
  batch: fc.integer({ min: 1, max: 5 }),
  m: fc.integer({ min: 1, max: 40 }),
  n: fc.integer({ min: 1, max: 40 }),
  k: fc.integer({ min: 1, max: 40 }),
  sharedB: fc.boolean(),
});

/** Operands that stay in the global buffer, and bytes of it that are taken. */
export const residency = fc.option(
  fc.record({
    resident: fc.record({ input: fc.boolean(), weight: fc.boolean(), output: fc.boolean() }),
    reservedBytes: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3000 })),
  }),
  { freq: 2 },
);

/** Dice that a mapping is read off: each a number in [0, 1). */
const dice = fc.array(
  fc.integer({ min: 0, max: 999 }).map((die) => die / 1000),
  { minLength: 40, maxLength: 40 },
);

/** A mapping of the right form with so many inner steps; it may be too large for the buffers. */
function casesOf(problem: fc.Arbitrary<GemmProblem>, leastSteps: number, mostSteps: number): fc.Arbitrary<WalkCase> {
  return fc
    .record({ hardware, problem, residency, dice })
    .map(({ hardware, problem, residency, dice }) => ({
      hardware,
      problem: residency === null || hardware.globalBuffer === null ? problem : { ...problem, ...residency },
      mapping: mappingOf(hardware, problem, dice),
    }))
    .filter(({ problem, mapping }) => {
      const steps = stepsUpTo(problem, mapping);
      return steps >= leastSteps && steps <= mostSteps;
    });
}

export const walkCase = casesOf(problem, 1, 1200);

const PAIRS = [
  ["input", "weight"],
  ["input", "output"],
  ["weight", "output"],
] as const;

/** A buffer with two of its three memories as one. */
function shared(buffer: Buffer | null, together: readonly [Operand, Operand]): Buffer | null {
  if (buffer === null || typeof buffer.size === "number") return buffer;
  return { ...buffer, size: { ...buffer.size, [together[1]]: 0 }, together };
}

/** Two operands share a memory, in each buffer that has several. */
export function sharing(cases: fc.Arbitrary<WalkCase>): fc.Arbitrary<WalkCase> {
  return fc
    .record({ each: cases, local: fc.constantFrom(...PAIRS), global: fc.constantFrom(...PAIRS) })
    .map(({ each, local, global }) => {
      const { hardware } = each;
      const localBuffer = shared(hardware.localBuffer, local);
      return { ...each, hardware: { ...hardware, localBuffer, globalBuffer: shared(hardware.globalBuffer, global) } };
    })
    .filter(({ hardware: { localBuffer, globalBuffer } }) =>
      [localBuffer, globalBuffer].some((buffer) => buffer?.together !== undefined),
    );
}

/** A port with one for each operand, or two of them on one. */
function withReads(
  buffer: Buffer | null,
  rates: readonly Rate[],
  together: readonly [Operand, Operand] | null,
): Buffer | null {
  if (buffer === null) return null;
  const [input, weight, output] = rates as [Rate, Rate, Rate];
  const reads = { input, weight, output, ...(together === null ? {} : { together }) };
  const own = together === null ? reads : { ...reads, [together[1]]: reads[together[0]] };
  return { ...buffer, port: { ...buffer.port, ...(buffer.port.shared ? { write: own.output } : {}), reads: own } };
}

/** Operands have ports of their own, in one buffer or both. */
export function ported(cases: fc.Arbitrary<WalkCase>): fc.Arbitrary<WalkCase> {
  const rates = fc.array(rate, { minLength: 3, maxLength: 3 });
  const pair = fc.option(fc.constantFrom(...PAIRS), { freq: 2 });
  return fc
    .record({
      each: cases,
      ofLocal: rates,
      ofGlobal: rates,
      local: pair,
      global: pair,
      which: fc.constantFrom(1, 2, 3),
    })
    .map(({ each, ofLocal, ofGlobal, local, global, which }) => {
      const { localBuffer, globalBuffer } = each.hardware;
      return {
        ...each,
        hardware: {
          ...each.hardware,
          localBuffer: (which & 1) !== 0 ? withReads(localBuffer, ofLocal, local) : localBuffer,
          globalBuffer: (which & 2) !== 0 ? withReads(globalBuffer, ofGlobal, global) : globalBuffer,
        },
      };
    });
}

/** One or two operands go past the global buffer; what is resident there stays there. */
export function passing(cases: fc.Arbitrary<WalkCase>): fc.Arbitrary<WalkCase> {
  return fc
    .record({ each: cases, holds: fc.subarray([...OPERANDS], { minLength: 1, maxLength: 2 }) })
    .filter(({ each }) => each.hardware.globalBuffer !== null)
    .map(({ each, holds }) => {
      const { hardware, problem, mapping } = each;
      const has = (operand: Operand): boolean => holds.includes(operand);
      const held = (flags: Record<Operand, boolean>): Record<Operand, boolean> => ({
        input: flags.input && has("input"),
        weight: flags.weight && has("weight"),
        output: flags.output && has("output"),
      });
      return {
        hardware: { ...hardware, globalBuffer: { ...hardware.globalBuffer!, holds } },
        problem: problem.resident === undefined ? problem : { ...problem, resident: held(problem.resident) },
        // Now and then something is kept that goes past, or k is shared out without anything to add, which is refused.
        mapping: { ...mapping, kept: problem.m % 7 === 0 ? mapping.kept : held(mapping.kept) },
      };
    });
}

/** Dimensions up to 200 and loops of many turns: walks that skip ahead most of the way. */
export const longWalkCase = casesOf(
  fc.record({
    batch: fc.integer({ min: 1, max: 12 }),
    m: fc.integer({ min: 1, max: 200 }),
    n: fc.integer({ min: 1, max: 200 }),
    k: fc.integer({ min: 1, max: 200 }),
    sharedB: fc.boolean(),
  }),
  2000,
  20_000,
);

/** Inner tiles of one along the innermost loop: long runs of steps that are alike; the far memory often slow. */
export const runsCase = fc
  .record({
    walkCase: casesOf(problem, 1, 400),
    cyclesPerByte: fc.option(fc.integer({ min: 1, max: 30 }), { freq: 3 }),
  })
  .map(({ walkCase: { hardware, problem, mapping }, cyclesPerByte }): WalkCase => {
    const along = mapping.globalOrder[2];
    const narrow = (tile: Tile | null): Tile | null => (tile === null ? null : { ...tile, [along]: 1 });
    const { dram } = hardware;
    const slow = dram !== null && cyclesPerByte !== null ? { bytes: 1, cycles: cyclesPerByte } : null;
    return {
      hardware:
        slow === null
          ? hardware
          : { ...hardware, dram: { ...dram!, port: { ...dram!.port, read: slow, write: slow } } },
      problem,
      mapping: {
        ...mapping,
        ...(mapping.arrayTile === null
          ? { localTile: narrow(mapping.localTile) }
          : { arrayTile: narrow(mapping.arrayTile) }),
        arraySplit: { ...mapping.arraySplit, ...(along === "k" ? {} : { [along]: 1 }) },
        registerTile: { m: 1, n: 1, k: 1 },
      },
    };
  });

/** Number of inner steps, or a few more. */
function stepsUpTo(problem: GemmProblem, mapping: Mapping): number {
  const whole = folded(problem);
  const { outer, inner } = tilesOf(mapping, whole);
  const along = (d: keyof Tile): number => Math.ceil(whole[d] / outer[d]) * Math.ceil(outer[d] / inner[d]);
  return whole.batch * along("m") * along("n") * along("k");
}

export function mappingOf(hardware: Hardware, problem: GemmProblem, dice: readonly number[]): Mapping {
  let thrown = 0;
  const die = (): number => dice[thrown++ % dice.length]!;
  /** Whole number from 1 to `max`; one time in three `max` itself. */
  const upTo = (max: number): number => {
    const value = die();
    return value > 0.66 ? max : 1 + Math.floor((value / 0.66) * max * 0.999);
  };
  const pick = <T>(from: readonly T[]): T => from[Math.floor(die() * from.length)]!;
  const flag = (): boolean => die() < 0.5;
  const order = (): LoopOrder => pick(LOOP_ORDERS);

  const { array } = hardware;
  const whole = folded(problem);
  const levels = levelsOf(hardware);
  const outer: Tile = levels.outer !== null ? { m: upTo(whole.m), n: upTo(whole.n), k: upTo(whole.k) } : whole;
  // Without an outer buffer k split is refused, and comes up now and then.
  const mayRefuse = die() < 0.05;
  const coreSplit = { b: 1, m: 1, n: 1, k: 1 };
  let cores = hardware.cores;
  for (const d of pick(["bmnk", "mnkb", "nkbm", "kbmn", "nmbk"])) {
    const name = d as "b" | "m" | "n" | "k";
    if (name === "k" && levels.outer === null && !mayRefuse) continue;
    const share = Math.min(name === "b" ? whole.batch : outer[name], upTo(cores));
    coreSplit[name] = share;
    cores = Math.floor(cores / share);
  }
  const packed = die() < 0.3 ? Math.min(whole.batch, upTo(3)) : 1;
  const arraySplit = { b: 1, m: 1, n: 1 };
  let arrays = hardware.arraysPerCore;
  for (const d of arrays === 1 ? [] : pick(["bmn", "mnb", "nbm", "nmb"])) {
    const share = upTo(arrays);
    arraySplit[d as "b" | "m" | "n"] = share;
    arrays = Math.floor(arrays / share);
  }
  const chunk = {
    m: Math.ceil(outer.m / coreSplit.m),
    n: Math.ceil(outer.n / coreSplit.n),
    k: Math.ceil(outer.k / coreSplit.k),
  };

  const dataflow = pick(array.dataflow);
  const spatial = { rows: { m: 1, n: 1, k: 1 }, cols: { m: 1, n: 1, k: 1 } };
  if (array.unroll === "fixed") {
    const [down, across] = sidesOf(array, dataflow);
    spatial.rows[down] = Math.max(1, Math.floor(array.rows / packed));
    spatial.cols[across] = Math.max(1, Math.floor(array.cols / packed));
  } else {
    for (const [side, size] of [
      ["rows", Math.max(1, Math.floor(array.rows / packed))],
      ["cols", Math.max(1, Math.floor(array.cols / packed))],
    ] as const) {
      let left = size;
      for (const d of order()) {
        // The adder trees run along the rows.
        if (side === "cols" && d === "k") continue;
        spatial[side][d] = upTo(left);
        left = Math.floor(left / spatial[side][d]);
      }
    }
  }
  const register = { m: 1, n: 1, k: 1 };
  const registerWords = (operand: Operand): number =>
    array.registers.holds.includes(operand) ? Math.max(1, array.registers.words) : 1;
  const [held, room] = {
    "weight-stationary": [["n", "k"] as const, registerWords("weight")] as const,
    "output-stationary": [["m", "n"] as const, array.accumulators.count] as const,
    "input-stationary": [["m", "k"] as const, registerWords("input")] as const,
  }[dataflow];
  const spatialAlong = (d: keyof Tile): number => spatial.rows[d] * spatial.cols[d];
  const isDirect = levels.inner === null;
  const [operand, isBypassed] = [HELD[dataflow], !isDirect && HELD[dataflow] !== null && die() < 0.25];
  const isOneFold = isDirect || isBypassed;
  const inner = { m: upTo(chunk.m), n: upTo(chunk.n), k: upTo(chunk.k) };
  const arraysAlong = { ...arraySplit, k: 1 };
  const stepsAlong = (d: keyof Tile): number =>
    Math.ceil((isOneFold ? chunk : inner)[d] / arraysAlong[d] / spatialAlong(d));
  register[held[0]] = upTo(Math.min(room, stepsAlong(held[0])));
  register[held[1]] = upTo(Math.min(Math.floor(room / register[held[0]]), stepsAlong(held[1])));
  // Words along k alone may serve several positions of the stream.
  const [acrossSide, streamSide] = dataflow === "weight-stationary" ? (["n", "m"] as const) : (["m", "n"] as const);
  if (dataflow !== "output-stationary" && register[acrossSide] === 1 && register.k > 1 && die() < 0.5) {
    register[streamSide] = upTo(Math.max(1, Math.min(array.accumulators.count, stepsAlong(streamSide))));
  }
  if (isOneFold) {
    // Mostly one fold; now and then more, which is refused.
    for (const d of held)
      if (die() < 0.95) inner[d] = Math.min(chunk[d], arraysAlong[d] * spatialAlong(d) * register[d]);
    for (const d of held) register[d] = Math.min(register[d], Math.ceil(inner[d] / arraysAlong[d] / spatialAlong(d)));
  }

  const flags = (buffer: Buffer | null): { input: boolean; weight: boolean; output: boolean } => {
    const can = buffer === null ? false : buffer.doubleBuffer;
    return { input: can && flag(), weight: can && flag(), output: can && flag() };
  };
  const none = { input: false, weight: false, output: false };
  const dramOrder = order();
  const again = levels.outer === null ? none : returns({ dramOrder }, whole, outer);
  // Now and then something is kept that must not be, which is refused.
  const kept = (operand: Operand): boolean => (again[operand] ? die() < 0.4 : die() < 0.01);
  return {
    coreSplit,
    arraySplit,
    packed,
    globalTile: levels.outerIs === "global" ? outer : null,
    dramOrder,
    kept: { input: kept("input"), weight: kept("weight"), output: kept("output") },
    localTile: isDirect ? (levels.outerIs === "local" ? outer : null) : inner,
    globalOrder: order(),
    arrayTile: isDirect ? inner : null,
    dataflow,
    registerTile: register,
    bypass: isBypassed ? operand : null,
    spatial,
    doubleBuffered: {
      global: levels.outerIs === "global" ? flags(hardware.globalBuffer) : none,
      local: flags(hardware.localBuffer),
    },
  };
}
