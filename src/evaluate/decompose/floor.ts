import type { EnergyCoefficients, GemmProblem } from "../../sim/index.ts";
import { pesOf, type Hardware, type Port } from "../../spec/hardware.ts";
import { joulesOf } from "../../units/index.ts";
import type { GemmMachine, StoredProduct } from "../machine.ts";

/** Of one run: cycles, and J (0 where energies are unknown). */
export interface Floor {
  readonly cycles: number;
  readonly energy: number;
}

const BITS_PER_BYTE = 8;
/** Leaves room for the rounding of sums that are made in another order. */
const SHARE = 1 - 1e-9;

/**
 * What one GEMM takes at least, whatever its mapping: every MAC once, every operand byte from DRAM and every result byte to
 * DRAM once, and through the global buffer on the way.
 *
 *   cycles ≥ max(MACs / (PEs · rate of the format), compulsory bytes / DRAM bandwidth)
 *   energy ≥ MACs that are made · e_mac + compulsory bytes · (e_dram + e_global) + active power · cycles
 *
 * Checked: test/validation/exact, no simulated GEMM is below it.
 */
export function gemmFloor(
  { batch, m, n, k, sharedB }: GemmProblem,
  hardware: Hardware,
  energies: EnergyCoefficients | null,
  { rate, executed }: Pick<GemmMachine, "rate" | "executed"> = { rate: 1, executed: 1 },
): Floor {
  const { precision, dram, globalBuffer } = hardware;
  const macs = batch * m * n * k;
  const bytesIn = (batch * m * k * precision.input + (sharedB ? 1 : batch) * k * n * precision.weight) / BITS_PER_BYTE;
  const bytesOut = (batch * m * n * precision.output) / BITS_PER_BYTE;
  const compute = macs / (pesOf(hardware) * rate);
  const cycles = SHARE * Math.max(compute, dram === null ? 0 : portCycles(dram.port, bytesIn, bytesOut));
  if (energies === null) return { cycles, energy: 0 };
  const { mac, dram: far, global, activePerCycle } = energies;
  const traffic =
    dram === null
      ? 0
      : bytesIn * far.read +
        bytesOut * far.write +
        (globalBuffer === null ? 0 : (bytesIn + bytesOut) * (global.read + global.write));
  return { cycles, energy: joulesOf(SHARE * (macs * executed * mac + traffic + Math.max(0, activePerCycle) * cycles)) };
}

/** What a product takes at least wherever its operands are, but that trained matrices come from DRAM. */
export interface WeightsFloor {
  /** Cycles of the arrays, and of DRAM's port. */
  readonly working: number;
  readonly moving: number;
  /** Of both, without what the chip takes while it is on, J. */
  readonly joules: number;
}

/**
 * Every MAC once, and every byte of a trained matrix once from DRAM and through the global buffer.
 *
 * @param isKept trained matrices may be on chip
 */
export function weightsFloor(
  { batch, m, n, k, sharedB, weightsAreParameters }: StoredProduct,
  { hardware: { precision, dram, globalBuffer, ...hardware }, rate, executed }: GemmMachine,
  energies: EnergyCoefficients | null,
  isKept: boolean,
): WeightsFloor {
  const macs = batch * m * n * k;
  const isFetched = weightsAreParameters && !isKept && dram !== null;
  const bytes = isFetched ? ((sharedB ? 1 : batch) * k * n * precision.weight) / BITS_PER_BYTE : 0;
  const each =
    energies === null
      ? 0
      : energies.dram.read + (globalBuffer === null ? 0 : energies.global.read + energies.global.write);
  return {
    working: (SHARE * macs) / (pesOf(hardware) * rate),
    moving: dram === null ? 0 : SHARE * portCycles(dram.port, bytes, 0),
    joules: joulesOf(SHARE * (macs * executed * (energies?.mac ?? 0) + bytes * each)),
  };
}

function portCycles({ read, write, shared }: Port, bytesIn: number, bytesOut: number): number {
  const reads = (bytesIn * read.cycles) / read.bytes;
  const writes = (bytesOut * write.cycles) / write.bytes;
  return shared ? reads + writes : Math.max(reads, writes);
}
