import type { EnergyCoefficients, GemmProblem } from "../../sim/index.ts";
import { pesOf, type Hardware, type Port } from "../../spec/hardware.ts";
import { joulesOf } from "../../units/index.ts";

const BITS_PER_BYTE = 8;
/** Leaves room for the rounding of sums that are made in another order. */
const SHARE = 1 - 1e-9;

/**
 * What one GEMM takes at least, whatever its mapping: every MAC once, every operand byte from DRAM and every result byte to
 * DRAM once, and through the global buffer on the way.
 *
 *   cycles ≥ max(MACs / (PEs · rate of the format), compulsory bytes / DRAM bandwidth)
 *   energy ≥ MACs · e_mac + compulsory bytes · (e_dram + e_global) + active power · cycles
 *
 * Checked: test/validation/exact, no simulated GEMM is below it.
 */
export function gemmFloor(
  { batch, m, n, k, sharedB }: GemmProblem,
  hardware: Hardware,
  energies: EnergyCoefficients | null,
  rate = 1,
): { readonly cycles: number; readonly energy: number } {
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
  return { cycles, energy: joulesOf(SHARE * (macs * mac + traffic + Math.max(0, activePerCycle) * cycles)) };
}

function portCycles({ read, write, shared }: Port, bytesIn: number, bytesOut: number): number {
  const reads = (bytesIn * read.cycles) / read.bytes;
  const writes = (bytesOut * write.cycles) / write.bytes;
  return shared ? reads + writes : Math.max(reads, writes);
}
