import type { Mapping } from "../../src/mapping/mapping.ts";
import type { EnergyCoefficients, GemmProblem, PerOperand, Traffic } from "../../src/sim/types.ts";
import type { Hardware } from "../../src/spec/hardware.ts";
import { everyMapping } from "./every-mapping.ts";
import { whyIllegal } from "./legality.ts";
import { levelsOf, passesOuter } from "./levels.ts";
import { registerTraffic } from "./register-traffic.ts";
import { walk, type Walk } from "./slow-walker.ts";

export interface Best {
  readonly value: number;
  readonly mapping: Mapping;
}

export interface BruteForce {
  /** Legal mappings, all of them walked. */
  readonly walked: number;
  /** The best of them; null where there is none. */
  readonly best: { readonly latency: Best; readonly energy: Best; readonly edp: Best } | null;
}

/** Dynamic energy, pJ: what the walker counts, each count times its coefficient. */
export function dynamicEnergy(problem: GemmProblem, walk: Walk, register: Traffic, energy: EnergyCoefficients): number {
  const sum = ({ input, weight, output }: PerOperand): number => input + weight + output;
  const level = ({ reads, writes }: Traffic, cost: { readonly read: number; readonly write: number }): number =>
    sum(reads) * cost.read + sum(writes) * cost.write;
  const { accumulator } = energy;
  return (
    problem.batch * problem.m * problem.n * problem.k * energy.mac +
    level(walk.dram, energy.dram) +
    level(walk.global, energy.global) +
    level(walk.local, energy.local) +
    (register.reads.input + register.reads.weight) * energy.register.read +
    (register.writes.input + register.writes.weight) * energy.register.write +
    register.reads.output * accumulator.read +
    register.writes.output * accumulator.write
  );
}

/** The same with power above idle for as long as it runs. */
export function totalEnergy(problem: GemmProblem, walk: Walk, register: Traffic, energy: EnergyCoefficients): number {
  return dynamicEnergy(problem, walk, register, energy) + energy.activePerCycle * walk.cycles;
}

/** pJ that no mapping is below: every MAC, and every element once between DRAM and the global buffer. */
function compulsoryEnergy(
  hardware: Hardware,
  { batch, m, n, k, sharedB }: GemmProblem,
  energy: EnergyCoefficients,
): number {
  const macs = batch * m * n * k * energy.mac;
  if (hardware.globalBuffer === null) return macs;
  const { input, weight, output } = hardware.precision;
  const { dram, global } = energy;
  // What goes past the global buffer is neither written nor read there.
  const levels = levelsOf(hardware);
  const fill = (operand: "input" | "weight"): number => dram.read + (passesOuter(levels, operand) ? 0 : global.write);
  const inputs = (batch * m * k * input) / 8;
  const weights = ((sharedB ? 1 : batch) * k * n * weight) / 8;
  const leave = dram.write + (passesOuter(levels, "output") ? 0 : global.read);
  return macs + inputs * fill("input") + weights * fill("weight") + ((batch * m * n * output) / 8) * leave;
}

/** Cycles, raised by up to a ten-thousandth for energy above what is compulsory: which of near-ties is better. */
export function latencyFigure(
  hardware: Hardware,
  problem: GemmProblem,
  cycles: number,
  total: number,
  energy: EnergyCoefficients,
): number {
  const least = compulsoryEnergy(hardware, problem, energy);
  return total > least ? cycles * (1 + 1e-4 * (1 - least / total)) : cycles;
}

/** Walks every legal mapping; null where more than `most` mappings would have to be looked at. */
export function bruteForce(
  hardware: Hardware,
  problem: GemmProblem,
  energy: EnergyCoefficients,
  most = Infinity,
): BruteForce | null {
  let seen = 0;
  const all = everyMapping(hardware, problem);
  while (all.next().done !== true) if (++seen > most) return null;
  let walked = 0;
  let best = null as BruteForce["best"];
  for (const mapping of everyMapping(hardware, problem)) {
    if (whyIllegal(hardware, problem, mapping) !== null) continue;
    walked += 1;
    const result = walk(hardware, problem, mapping);
    const joules = totalEnergy(problem, result, registerTraffic(hardware, problem, mapping), energy);
    const better = (value: number, other: Best | undefined): Best =>
      other === undefined || value < other.value ? { value, mapping } : other;
    best = {
      latency: better(latencyFigure(hardware, problem, result.cycles, joules, energy), best?.latency),
      energy: better(joules, best?.energy),
      edp: better(result.cycles * joules, best?.edp),
    };
  }
  return { walked, best };
}
