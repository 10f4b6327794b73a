import { vectorEnergy } from "../../cost/index.ts";
import { isCountable, simulateGemms } from "../../sim/portable.ts";
import type { Hardware } from "../../spec/hardware.ts";
import { boardWorkOf, clockShare, type BoardWork } from "../board.ts";
import { coefficientsOf, costOfGemm } from "../gemm-cost.ts";
import { withKernelTime } from "../gemm-kernel.ts";
import { machineOf, packedProblem, type GemmMachine } from "../machine.ts";
import { launchSeconds, type LaunchedWork } from "../operator-latency.ts";
import { wattsOfRun } from "../power.ts";
import { bytesMoved, runVector } from "../vector-operator.ts";
import { chainCost, chainFloor } from "./chain-costs.ts";
import { gemmFloor } from "./floor.ts";
import { perElement, type Machine, type Mapper } from "./machine.ts";
import { workedRows, type OperatorTable, type OptionOperators } from "./operator-table.ts";
import { joulesOf } from "../../units/index.ts";

/** Cost of one run of each operator, or chain of them, of a table; Infinity: no legal mapping, or larger than what is counted. */
export interface OperatorCosts {
  readonly cycles: Float64Array;
  /** J; 0 throughout where energies are unknown. */
  readonly energy: Float64Array;
  /** W above idle while each operator runs, without the time to start it; Infinity: no legal mapping. */
  readonly power: () => Float64Array;
}

type Sums = Pick<OperatorCosts, "cycles" | "energy">;

const GEMM: LaunchedWork = { type: "gemm" };

export interface SimulatedTable {
  readonly costs: OperatorCosts;
  /** Distinct GEMMs that were simulated. */
  readonly simulationCount: number;
}

/**
 * Simulates GEMMs of a table, each once, and prices its vector work; of a table of chains each of them. Time to launch operators is part of their cycles,
 * without the rounding up that `evaluate` does once for a whole model.
 *
 * @param rows GEMMs or chains to simulate; the others stay Infinity
 */
export function simulateTable(
  table: OperatorTable,
  machine: Machine,
  mapper: Mapper,
  rows: Int32Array,
): SimulatedTable {
  if (table.chains.length > 0) return simulateChains(table, machine, mapper, rows);
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
  return { costs: withPower(costs, table, machine), simulationCount: rows.length };
}

/** Costs of chains, and of them the cycles to start kernels. */
export interface ChainCosts extends OperatorCosts {
  readonly launch: Float64Array;
}

/**
 * Plans and simulates chains of a table.
 *
 * @param weightBytes bytes of weights that are at hand, of whichever model these chains are part of; 0: weights come from DRAM
 */
export function simulateChains(
  { chains }: OperatorTable,
  machine: Machine,
  mapper: Mapper,
  rows: Int32Array,
  weightBytes = 0,
): { readonly costs: ChainCosts; readonly simulationCount: number } {
  const products = new Set<string>();
  const column = (): Float64Array => new Float64Array(chains.length).fill(Infinity);
  const [cycles, launch, energy, power] = [column(), column(), column(), column()];
  for (const row of rows) {
    const cost = chainCost(chains[row]!, machine, mapper, products, weightBytes);
    cycles[row] = cost.cycles;
    launch[row] = cost.launch;
    energy[row] = cost.energy;
    power[row] = cost.power;
  }
  return { costs: { cycles, launch, energy, power: () => power }, simulationCount: products.size };
}

/** What an option takes of a value that each of its rows has. */
export function sumOf({ rows, counts }: Pick<OptionOperators, "rows" | "counts">, values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < rows.length; i += 1) sum += counts[i]! * values[rows[i]!]!;
  return sum;
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

/** The costs of what took the work alone: cycles of each GEMM, then J of each; of each chain its power too, W. */
export function workedCosts(table: OperatorTable, { cycles, energy, power }: OperatorCosts): Float64Array {
  const count = workedRows(table);
  const columns = [cycles, energy, ...(table.chains.length > 0 ? [power()] : [])];
  const made = new Float64Array(columns.length * count);
  for (const [i, column] of columns.entries()) made.set(column.subarray(0, count), i * count);
  return made;
}

/** How many numbers these are. */
export function workedLength(table: OperatorTable): number {
  return (table.chains.length > 0 ? 3 : 2) * workedRows(table);
}

/**
 * The costs that a table had when its GEMMs, or its chains, were simulated.
 *
 * @param made as {@link workedCosts} gave them
 * @throws RangeError where they are of another table
 */
export function costsFrom(table: OperatorTable, machine: Machine, made: Float64Array): OperatorCosts {
  const count = workedRows(table);
  const isChained = table.chains.length > 0;
  if (made.length !== workedLength(table))
    throw new RangeError(`${made.length} costs of ${count} ${isChained ? "chains" : "GEMMs"}`);
  const column = (i: number): Float64Array => made.subarray(i * count, (i + 1) * count);
  if (isChained) return { cycles: column(0), energy: column(1), power: () => column(2) };
  const costs = vectorCosts(table, machine);
  costs.cycles.set(column(0));
  costs.energy.set(column(1));
  return withPower(costs, table, machine);
}

/** Costs that no mapping can be below, see floor.ts; those of vector work are what it costs. */
export function floorOfTable(table: OperatorTable, machine: Machine): OperatorCosts {
  if (table.chains.length > 0) {
    const floors = table.chains.map((chain) => chainFloor(chain, machine));
    return {
      cycles: Float64Array.from(floors, ({ cycles }) => cycles),
      energy: Float64Array.from(floors, ({ energy }) => energy),
      power: () => new Float64Array(floors.length),
    };
  }
  const costs = vectorCosts(table, machine);
  table.gemms.forEach((gemm, row) => {
    const own = machineOf(gemm, machine.hardware);
    const prices = perElement(own, machine);
    const { cycles, energy } = gemmFloor(gemm, own.hardware, prices, own);
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
