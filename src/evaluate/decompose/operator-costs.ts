import { vectorEnergy } from "../../cost/index.ts";
import {
  isCountable,
  simulateGemms,
  type EnergyCoefficients,
  type MappingEffort,
  type MappingObjective,
} from "../../sim/portable.ts";
import type { Hardware } from "../../spec/hardware.ts";
import type { Technology } from "../../spec/technology.ts";
import { boardWorkOf, clockShare, type BoardWork } from "../board.ts";
import { coefficientsOf, costOfGemm, macEnergyOf } from "../gemm-cost.ts";
import { withKernelTime } from "../gemm-kernel.ts";
import { machineOf, packedProblem, type GemmMachine } from "../machine.ts";
import { launchSeconds, type LaunchedWork } from "../operator-latency.ts";
import { wattsOfRun } from "../power.ts";
import { bytesMoved, runVector } from "../vector-operator.ts";
import { gemmFloor } from "./floor.ts";
import type { OperatorTable } from "./operator-table.ts";
import { joulesOf } from "../../units/index.ts";

/** Cost of one run of each operator of a table; Infinity: no legal mapping, or larger than what is counted. */
export interface OperatorCosts {
  readonly cycles: Float64Array;
  /** J; 0 throughout where energies are unknown. */
  readonly energy: Float64Array;
  /** W above idle while each operator runs, without the time to start it; Infinity: no legal mapping. */
  readonly power: () => Float64Array;
}

type Sums = Pick<OperatorCosts, "cycles" | "energy">;

/** The chip that runs the operators, and what events cost on it. */
export interface Machine {
  readonly hardware: Hardware;
  readonly technology: Technology;
  readonly energies: EnergyCoefficients | null;
}

export interface Mapper {
  readonly objective: MappingObjective;
  readonly effort: MappingEffort;
}

const GEMM: LaunchedWork = { type: "gemm" };

/**
 * Simulates GEMMs of a table, each once, and prices its vector work. Time to launch operators is part of their cycles,
 * without the rounding up that `evaluate` does once for a whole model.
 *
 * @param rows GEMMs to simulate; the others stay Infinity
 */
export function simulateTable(table: OperatorTable, machine: Machine, mapper: Mapper, rows: Int32Array): OperatorCosts {
  const { hardware, technology, energies } = machine;
  const costs = vectorCosts(table, machine);
  costs.cycles.fill(Infinity, 0, table.gemms.length);
  costs.energy.fill(Infinity, 0, table.gemms.length);
  const objective = energies === null ? "latency" : mapper.objective;
  const pricing = { hardware, technology, coefficients: energies };
  for (const [own, group] of byMachine(
    table,
    hardware,
    rows.filter((row) => isCountable(table.gemms[row]!)),
  )) {
    const problems = group.map((row) => packedProblem(table.gemms[row]!, own));
    const energy = coefficientsOf(own, pricing);
    simulateGemms(own.core, problems, { objective, effort: mapper.effort, energy }).forEach((mapped, i) => {
      const result = withKernelTime(mapped, problems[i]!, own.core);
      if (result.kind === "unmappable") return;
      const row = group[i]!;
      const cost = costOfGemm(table.gemms[row]!, result, own, pricing);
      const more = slowedBy(boardWorkOf(result.counters), cost.cycles, hardware);
      const energy = totalOf(cost.energy) + joulesOf(more * (energies?.activePerCycle ?? 0));
      launched(costs, row, cost.cycles + more, energy, GEMM, machine);
    });
  }
  return withPower(costs, table, machine);
}

function totalOf(parts: Readonly<Record<string, number>>): number {
  return Object.values(parts).reduce((sum, part) => sum + part, 0);
}

/** Rows of a table by the machine that their operands make of the chip. */
function byMachine(
  { gemms }: OperatorTable,
  hardware: Hardware,
  rows: Int32Array,
): ReadonlyMap<GemmMachine, readonly number[]> {
  const groups = new Map<GemmMachine, number[]>();
  for (const row of rows) {
    const machine = machineOf(gemms[row]!, hardware);
    const own = groups.get(machine);
    if (own === undefined) groups.set(machine, [row]);
    else own.push(row);
  }
  return groups;
}

/** The costs of the GEMMs alone: cycles of each, then J of each. */
export function gemmCosts({ gemms }: OperatorTable, { cycles, energy }: OperatorCosts): Float64Array {
  const made = new Float64Array(2 * gemms.length);
  made.set(cycles.subarray(0, gemms.length));
  made.set(energy.subarray(0, gemms.length), gemms.length);
  return made;
}

/**
 * The costs that a table had when its GEMMs were simulated.
 *
 * @param made as {@link gemmCosts} gave them
 * @throws RangeError where they are of another table
 */
export function costsFrom(table: OperatorTable, machine: Machine, made: Float64Array): OperatorCosts {
  const { length } = table.gemms;
  if (made.length !== 2 * length) throw new RangeError(`${made.length} costs of ${length} GEMMs`);
  const costs = vectorCosts(table, machine);
  costs.cycles.set(made.subarray(0, length));
  costs.energy.set(made.subarray(length));
  return withPower(costs, table, machine);
}

/** Costs that no mapping can be below, see floor.ts; those of vector work are what it costs. */
export function floorOfTable(table: OperatorTable, machine: Machine): OperatorCosts {
  const costs = vectorCosts(table, machine);
  table.gemms.forEach((gemm, row) => {
    const own = machineOf(gemm, machine.hardware);
    const prices = perElement(own, machine);
    const { cycles, energy } = gemmFloor(gemm, own.hardware, prices, own.rate);
    launched(costs, row, cycles, energy, GEMM, machine);
  });
  const { power } = withPower(costs, table, machine);
  // The least energy in the least time says nothing of the power: no mapping takes less than none.
  return { ...costs, power: () => power().fill(0, 0, table.gemms.length) };
}

/** Of each operator the least that it costs in any of several. */
export function leastCosts(all: readonly OperatorCosts[]): OperatorCosts {
  const least = (of: (costs: OperatorCosts) => Float64Array): Float64Array => {
    const values = of(all[0]!).slice();
    for (const costs of all.slice(1)) {
      const other = of(costs);
      for (let row = 0; row < values.length; row += 1) if (other[row]! < values[row]!) values[row] = other[row]!;
    }
    return values;
  };
  return {
    cycles: least(({ cycles }) => cycles),
    energy: least(({ energy }) => energy),
    power: () => least(({ power }) => power()),
  };
}

function withPower(costs: Sums, { gemms, vectors }: OperatorTable, { hardware, energies }: Machine): OperatorCosts {
  const powerOfRow = (cycles: number, row: number): number => {
    const work = row < gemms.length ? GEMM : vectors[row - gemms.length]!;
    const launch = launchSeconds(work, hardware) * hardware.clock;
    const energy = costs.energy[row]! - joulesOf(launch * (energies?.activePerCycle ?? 0));
    return cycles === Infinity ? Infinity : wattsOfRun(energy, cycles - launch, hardware.clock);
  };
  return { ...costs, power: () => costs.cycles.map(powerOfRow) };
}

/** Energies with the MACs of a product's own format. */
function perElement({ computed }: GemmMachine, { hardware, technology, energies }: Machine): EnergyCoefficients | null {
  if (energies === null || computed === null) return energies;
  return { ...energies, mac: macEnergyOf(computed, hardware, technology, energies.mac) };
}

function vectorCosts({ gemms, vectors }: OperatorTable, machine: Machine): Sums {
  const { hardware, technology, energies } = machine;
  const count = gemms.length + vectors.length;
  const costs = { cycles: new Float64Array(count), energy: new Float64Array(count) };
  vectors.forEach((operator, i) => {
    const run = runVector(operator, hardware);
    const { traffic } = run;
    const bytes = traffic.dram.read + traffic.dram.written;
    const cycles = run.cycles + slowedBy({ bytes, macs: 0 }, run.cycles, hardware);
    const own = energies === null ? null : vectorEnergy(operator, hardware, technology, bytesMoved(traffic));
    const energy = own === null || own.total === null ? 0 : own.total + joulesOf(cycles * energies!.activePerCycle);
    launched(costs, gemms.length + i, cycles, energy, operator, machine);
  });
  return costs;
}

/** Cycles by which the power limit of the board makes an operator longer. */
function slowedBy(work: BoardWork, cycles: number, hardware: Hardware): number {
  const share = clockShare(work, cycles, hardware);
  return share === 1 ? 0 : Math.ceil(cycles / share) - cycles;
}

function launched(
  costs: Sums,
  row: number,
  cycles: number,
  energy: number,
  work: LaunchedWork,
  { hardware, energies }: Machine,
): void {
  const launch = launchSeconds(work, hardware) * hardware.clock;
  costs.cycles[row] = cycles + launch;
  costs.energy[row] = energy + joulesOf(launch * (energies?.activePerCycle ?? 0));
}
