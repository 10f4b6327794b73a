import fc from "fast-check";
import type { EnergyCoefficients, GemmProblem } from "../../src/sim/types.ts";
import type { Buffer, Hardware, Operand } from "../../src/spec/hardware.ts";
import { hardware } from "./cases.ts";

/** Chips and problems so small that every mapping can be walked. */
export type LevelKind =
  | "two levels"
  | "inner only"
  | "one level"
  | "no buffer"
  | "several arrays"
  | "arrays, inner only"
  | "past the global buffer"
  | "past the global buffer, straight"
  | "two operands in one memory"
  | "ports of their own"
  | "ports of their own, straight";
export const LEVEL_KINDS: readonly LevelKind[] = [
  "two levels",
  "inner only",
  "one level",
  "no buffer",
  "several arrays",
  "arrays, inner only",
  "past the global buffer",
  "past the global buffer, straight",
  "two operands in one memory",
  "ports of their own",
  "ports of their own, straight",
];
const HELD_SETS: readonly (readonly Operand[])[] = [
  ["input", "output"],
  ["input"],
  ["weight", "output"],
  ["output"],
  ["input", "weight"],
  ["weight"],
];
const PAIRS: readonly (readonly [Operand, Operand])[] = [
  ["input", "output"],
  ["weight", "output"],
  ["input", "weight"],
];

/** Now and then so few bytes that hardly a tile, or none, fits. */
function smaller(bytes: number): number {
  if (bytes === Infinity) return bytes;
  return bytes % 4 === 0 ? 1 + (bytes % 9) : 4 + (bytes % 120);
}

function smallBuffer(buffer: Buffer): Buffer {
  const { size } = buffer;
  if (typeof size === "number") return { ...buffer, size: smaller(size) };
  return {
    ...buffer,
    size: { input: smaller(size.input), weight: smaller(size.weight), output: smaller(size.output) },
  };
}

/** A memory for two of the operands and one for the third, as large as they are apart. */
function paired(buffer: Buffer, [first, second]: readonly [Operand, Operand]): Buffer {
  const { size } = smallBuffer(buffer);
  const apart = typeof size === "number" ? { input: size, weight: size, output: size } : size;
  const both = apart[first] + apart[second];
  return { ...buffer, size: { ...apart, [first]: both, [second]: 0 }, together: [first, second] };
}

/** A port for each operand, as fast as those of the levels of the chip; two of them may be on one. */
function portedBuffer(buffer: Buffer, { localBuffer, globalBuffer, dram, array }: Hardware): Buffer {
  const { port } = buffer;
  const of = [localBuffer?.port.read, globalBuffer?.port.write, dram?.port.read].map((rate) => rate ?? port.read);
  const [input, weight, output] = [of[array.rows % 3]!, of[array.cols % 3]!, of[(array.rows + array.cols) % 3]!];
  const together = array.rows % 4 === 0 ? undefined : PAIRS[array.cols % 3]!;
  const reads = { input, weight, output };
  const own = together === undefined ? reads : { ...reads, [together[1]]: reads[together[0]], together };
  return { ...buffer, port: { ...port, ...(port.shared ? { write: own.output } : {}), reads: own } };
}

/** A chip of the given levels with few PEs, cores, arrays and bytes. */
function shrink(chip: Hardware, levels: LevelKind): Hardware | null {
  const { array, globalBuffer, localBuffer } = chip;
  const cores = 1 + (chip.cores % (["two levels", "past the global buffer"].includes(levels) ? 3 : 4));
  const small = {
    ...chip,
    arraysPerCore: 1,
    array: { ...array, rows: 1 + (array.rows % 5), cols: 1 + (array.cols % 5) },
    globalBuffer: globalBuffer === null ? null : smallBuffer(globalBuffer),
    localBuffer: localBuffer === null ? null : smallBuffer(localBuffer),
  };
  const global = small.globalBuffer;
  const local = small.localBuffer;
  if (global === null || local === null) return null;
  switch (levels) {
    case "two levels":
      return { ...small, cores };
    case "inner only":
      return { ...small, cores: Math.max(2, cores), globalBuffer: null };
    case "one level":
      return cores > 2 ? { ...small, cores: 1, globalBuffer: null } : { ...small, cores, localBuffer: null };
    case "past the global buffer":
      return { ...small, cores, globalBuffer: { ...global, holds: HELD_SETS[chip.array.rows % 6]! } };
    case "past the global buffer, straight":
      return {
        ...small,
        cores,
        localBuffer: null,
        globalBuffer: { ...global, holds: HELD_SETS[chip.array.rows % 6]! },
      };
    case "two operands in one memory": {
      const [at, below] = [chip.array.rows % 3, chip.array.cols % 3];
      const globalBuffer = paired(chip.globalBuffer!, PAIRS[at]!);
      return { ...small, cores: 1, globalBuffer, localBuffer: paired(chip.localBuffer!, PAIRS[below]!) };
    }
    case "ports of their own":
      return {
        ...small,
        cores: Math.min(2, cores),
        globalBuffer: portedBuffer(global, chip),
        localBuffer: chip.array.cols % 2 === 0 ? local : portedBuffer(local, chip),
      };
    case "ports of their own, straight":
      return { ...small, cores: 1, localBuffer: null, globalBuffer: portedBuffer(global, chip) };
    case "several arrays":
      return { ...small, cores: Math.min(2, cores), arraysPerCore: 2 };
    case "arrays, inner only":
      return { ...small, cores: Math.min(2, cores), arraysPerCore: 2 + (chip.cores % 2), globalBuffer: null };
    case "no buffer":
      return { ...small, cores, globalBuffer: null, localBuffer: null };
  }
}

const perByte = fc.record({
  read: fc.constantFrom(0, 0.1, 0.7, 3, 11),
  write: fc.constantFrom(0, 0.1, 0.9, 4, 13),
});

export const energies: fc.Arbitrary<EnergyCoefficients> = fc.record({
  mac: fc.constantFrom(0, 0.3, 1),
  dram: perByte,
  global: perByte,
  local: perByte,
  register: perByte,
  accumulator: perByte,
  activePerCycle: fc.constantFrom(0, 0.4, 9),
});

export interface TinyCase {
  readonly hardware: Hardware;
  readonly problem: GemmProblem;
  readonly energy: EnergyCoefficients;
}

export function tinyCase(levels: LevelKind, mostExtent: number): fc.Arbitrary<TinyCase> {
  const extent = fc.integer({ min: 1, max: mostExtent });
  const tinyHardware = hardware.map((chip) => shrink(chip, levels)).filter((chip): chip is Hardware => chip !== null);
  return fc.record({
    hardware: tinyHardware,
    problem: fc.record({
      batch: fc.constantFrom(1, 1, 2, 3, 4),
      m: extent,
      n: extent,
      k: extent,
      sharedB: fc.nat(9).map((die) => die === 0),
    }),
    energy: energies,
  });
}
