import { joulesOf } from "../units/index.ts";
import type { EnergyCoefficients, GemmCounters, PerOperand, Traffic } from "../sim/types.ts";
import { breakdown } from "../metrics/index.ts";
import type { Breakdown } from "./types.ts";

interface ReadWrite {
  readonly read: number;
  readonly write: number;
}

/**
 * Energy of one GEMM, J: the one place on the host where counters meet coefficients.
 *
 *   mac = MACs · e_mac          link = bytes between dies · e_link          level = bytes read · e_read + bytes written · e_write
 *   static = cycles · (active − idle power per cycle)
 *
 * `register` holds operands in PE registers and partial sums in accumulators. Idle power is charged over the life, in
 * `operationalCarbon`, so that `static` is only what running adds to it.
 */
export function gemmEnergy(counters: GemmCounters, cycles: number, coefficients: EnergyCoefficients): Breakdown {
  const { register: held, accumulator } = coefficients;
  const { reads, writes } = counters.register;
  return breakdown({
    mac: joulesOf(counters.macs * coefficients.mac),
    register: joulesOf(
      (reads.input + reads.weight) * held.read +
        (writes.input + writes.weight) * held.write +
        reads.output * accumulator.read +
        writes.output * accumulator.write,
    ),
    local: joulesOf(trafficEnergy(counters.local, coefficients.local)),
    global: joulesOf(trafficEnergy(counters.global, coefficients.global)),
    dram: joulesOf(trafficEnergy(counters.dram, coefficients.dram)),
    ...(coefficients.links === undefined ? {} : { link: joulesOf(linkEnergy(counters, coefficients.links)) }),
    static: joulesOf(cycles * coefficients.activePerCycle),
  });
}

/**
 * Bytes that cross between dies, and what each costs: all that DRAM gives and takes, and of the global buffer what is not exchanged with DRAM.
 *
 * @returns by level and direction; `read` is what comes from the level
 */
export function linkBytes({ global, dram }: Pick<GemmCounters, "global" | "dram">): {
  readonly global: ReadWrite;
  readonly dram: ReadWrite;
} {
  const far = { read: sum(dram.reads), write: sum(dram.writes) };
  const near = { read: sum(global.reads) - far.write, write: sum(global.writes) - far.read };
  return { global: { read: Math.max(0, near.read), write: Math.max(0, near.write) }, dram: far };
}

function linkEnergy(counters: GemmCounters, links: NonNullable<EnergyCoefficients["links"]>): number {
  const bytes = linkBytes(counters);
  const of = (level: "global" | "dram"): number =>
    bytes[level].read * links[level].read + bytes[level].write * links[level].write;
  return of("global") + of("dram");
}

/** pJ of one level by operand, for reports; the three sum to the level's part up to rounding. */
export function levelEnergyByOperand(traffic: Traffic, cost: ReadWrite): PerOperand {
  const of = (operand: keyof PerOperand): number =>
    traffic.reads[operand] * cost.read + traffic.writes[operand] * cost.write;
  return { input: of("input"), weight: of("weight"), output: of("output") };
}

function trafficEnergy(traffic: Traffic, cost: ReadWrite): number {
  return sum(traffic.reads) * cost.read + sum(traffic.writes) * cost.write;
}

function sum(operands: PerOperand): number {
  return operands.input + operands.weight + operands.output;
}
