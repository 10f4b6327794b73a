import { portsOf } from "../spec/die-links.ts";
import { isStack } from "../spec/stack.ts";
import type { Dram, Hardware } from "../spec/hardware.ts";
import type { GemmProblem } from "./types.ts";

const FIELDS = [
  "cores",
  "arraysPerCore",
  "multicast",
  "precision",
  "array",
  "localBuffer",
  "globalBuffer",
] as const satisfies readonly (keyof Hardware)[];
const DRAM_FIELDS = ["port", "accessWidth", "rounding"] as const satisfies readonly (keyof Dram)[];

/**
 * The part of a hardware that this room may read. `hardwareKey` is made from the same lists: a field that is not in the key
 * cannot be read here. Package and clock say which links its ports cross, which are in the key as ports.
 */
export type GemmHardware = Pick<Hardware, (typeof FIELDS)[number] | "package" | "clock"> & {
  readonly dram: Pick<Dram, (typeof DRAM_FIELDS)[number]> | null;
};

/** Equal for machines on which every GEMM has the same results under the same energies. */
export function hardwareKey(hardware: GemmHardware): string {
  const { dram } = hardware;
  const parts = [
    ...FIELDS.map((field) => hardware[field]),
    dram === null ? null : DRAM_FIELDS.map((field) => dram[field]),
    ...(isStack(hardware) ? [portsOf(hardware)] : []),
  ];
  return JSON.stringify(parts, (_, value: unknown) => (value === Infinity ? "unlimited" : value));
}

const NOWHERE = { input: false, weight: false, output: false } as const;

/**
 * Equal for problems that have the same results on every machine. A shared second operand makes the batch more rows.
 * The record names every field of a problem: one that is added and forgotten here does not compile.
 */
export function problemKey(problem: GemmProblem): string {
  const { batch, m, n, k, sharedB, resident = NOWHERE, reservedBytes = 0 } = problem;
  const parts: Readonly<Record<keyof GemmProblem, string | number>> = {
    batch: sharedB ? 1 : batch,
    m: sharedB ? batch * m : m,
    n,
    k,
    sharedB: "",
    resident: `${resident.input ? "i" : ""}${resident.weight ? "w" : ""}${resident.output ? "o" : ""}`,
    reservedBytes,
  };
  return Object.values(parts).join(",");
}
