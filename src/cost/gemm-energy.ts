import type { EnergyCoefficients, GemmCounters, PerOperand, Traffic } from "../sim/types.ts";
import { breakdown } from "./breakdown.ts";
import { PICOJOULES_PER_JOULE } from "./constants.ts";
import type { Breakdown } from "./types.ts";

interface ReadWrite {
  readonly read: number;
  readonly write: number;
}

/**
 * Energy of one GEMM, J: the one place on the host where counters meet coefficients.
 *
 *   mac = MACs · e_mac          level = bytes read · e_read + bytes written · e_write
 *   static = cycles · (active − idle power per cycle)
 *
 * `register` holds operands in PE registers and partial sums in accumulators. Idle power is charged over the life, in
 * `operationalCarbon`, so that `static` is only what running adds to it.
 */
export function gemmEnergy(counters: GemmCounters, cycles: number, coefficients: EnergyCoefficients): Breakdown {
  const { register: held, accumulator } = coefficients;
  const { reads, writes } = counters.register;
  return breakdown({
    mac: joules(counters.macs * coefficients.mac),
    register: joules(
      (reads.input + reads.weight) * held.read +
        (writes.input + writes.weight) * held.write +
        reads.output * accumulator.read +
        writes.output * accumulator.write,
    ),
    local: joules(trafficEnergy(counters.local, coefficients.local)),
    global: joules(trafficEnergy(counters.global, coefficients.global)),
    dram: joules(trafficEnergy(counters.dram, coefficients.dram)),
    static: joules(cycles * coefficients.activePerCycle),
  });
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

function joules(picojoules: number): number {
  return picojoules / PICOJOULES_PER_JOULE;
}
