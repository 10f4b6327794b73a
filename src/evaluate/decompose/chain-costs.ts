import { isCountable } from "../../sim/portable.ts";
import { isFused } from "../../spec/schedule.ts";
import { joulesOf } from "../../units/index.ts";
import type { GemmOperator, Operator, VectorOperator } from "../../workload/index.ts";
import { vectorEnergy } from "../../cost/index.ts";
import { underLimit } from "../board.ts";
import { machineOf } from "../machine.ts";
import { launchSeconds } from "../operator-latency.ts";
import { wattsOfRun } from "../power.ts";
import { runChain } from "../run-schedule.ts";
import type { Costing } from "../run-operator.ts";
import { bytesMoved, runVector } from "../vector-operator.ts";
import type { Chain } from "./chains.ts";
import { weightsFloor, type Floor } from "./floor.ts";
import { perElement, type Machine, type Mapper } from "./machine.ts";

/** What one run of a chain costs; Infinity: it has an operator without a legal mapping, or one that is larger than what is counted. */
export interface ChainCost {
  /** Time to start its kernels included, not rounded. */
  readonly cycles: number;
  /** Of these the time to start its kernels. */
  readonly launch: number;
  /** J; 0 where energies are unknown. */
  readonly energy: number;
  /** W above idle of the operator that takes most, without the time to start it. */
  readonly power: number;
}

const NONE: ChainCost = { cycles: Infinity, launch: 0, energy: Infinity, power: Infinity };

/**
 * One run of a chain under the schedule of its machine: what stays and what comes ahead is chosen for the mapper's objective, as in a whole
 * model, of which the choice within a chain is a part of its own.
 *
 * @param products    takes a key of each distinct product that is looked at
 * @param weightBytes bytes of the whole model's weights, where they are at hand; 0: they come from DRAM
 */
export function chainCost(
  { operators }: Chain,
  machine: Machine,
  mapper: Mapper,
  products: Set<string>,
  weightBytes: number,
): ChainCost {
  const { hardware, energies, schedule } = machine;
  if (operators.some((operator) => operator.type === "gemm" && !isCountable(operator))) return NONE;
  const run = runChain(operators, costingOf(machine, mapper, products), schedule, weightBytes);
  if ("result" in run) return NONE;
  const perCycle = energies?.activePerCycle ?? null;
  const evaluations = underLimit(run.evaluations, new Set(run.fused), hardware, perCycle);
  let [cycles, launch, energy, power] = [0, 0, 0, 0];
  for (const each of evaluations) {
    const own = Object.values(each.energy).reduce((sum, joules) => sum + joules, 0);
    cycles += each.cycles + each.launchCycles;
    launch += each.launchCycles;
    energy += own + joulesOf(each.launchCycles * (perCycle ?? 0));
    power = Math.max(power, wattsOfRun(own, each.cycles, hardware.clock));
  }
  return { cycles, launch, energy, power };
}

const costingOf = ({ hardware, technology, energies }: Machine, mapper: Mapper, products: Set<string>): Costing => ({
  hardware,
  technology,
  mapper,
  coefficients: energies,
  products,
});

/**
 * What one run of a chain takes at least, whatever its schedule keeps: every MAC once, every trained matrix from DRAM once, lanes that find
 * everything on chip. Of attention that may run as one kernel the products alone, of a causal one half of them, and no time.
 *
 *   cycles ≥ max(Σ MACs / (PEs · rate) + Σ lanes, bytes of the matrices / DRAM bandwidth) + Σ starts
 *
 * Checked: test/validation/exact, no chain is below it.
 */
export function chainFloor({ operators }: Chain, machine: Machine): Floor {
  const { hardware, energies, schedule } = machine;
  const perCycle = Math.max(0, energies?.activePerCycle ?? 0);
  const isKernel = isFused(schedule, "attention");
  let [working, moving, launch, joules] = [0, 0, 0, 0];
  for (const operator of operators) {
    const isInside = isKernel && ATTENTION.has(operator.kind);
    if (operator.type === "gemm") {
      const own = machineOf(operator, hardware);
      const floor = weightsFloor(operator, own, perElement(own, machine), schedule.weights);
      // The mask of a causal kernel stands with its scores alone.
      joules += isInside ? (operator.kind === "context" ? 0 : floor.joules / 2) : floor.joules;
      if (!isInside) {
        working += floor.working;
        moving += floor.moving;
      }
    } else if (!isInside) {
      const lanes = lanesFloor(operator, machine);
      working += lanes.cycles;
      joules += lanes.energy;
    }
    if (isStarted(operator, isInside, isFused(schedule, "epilogue")))
      launch += launchSeconds(operator, hardware) * hardware.clock;
  }
  const cycles = Math.max(working, moving) + launch;
  return { cycles, energy: energies === null ? 0 : joules + joulesOf(perCycle * cycles) };
}

const ATTENTION: ReadonlySet<Operator["kind"]> = new Set(["scores", "softmax", "context"]);

/** Whether an operator starts a kernel of its own under every plan. */
function isStarted({ type }: Operator, isInside: boolean, isEpilogue: boolean): boolean {
  return !isInside && (type === "gemm" || !isEpilogue);
}

/** Vector work that finds its operands, and leaves its result, on chip: with less to move it takes no longer. */
function lanesFloor(operator: VectorOperator, { hardware, technology, energies }: Machine): Floor {
  const all = { inputBytes: Infinity, outputBytes: Infinity, isOnTile: true };
  const run = runVector(operator, hardware, all);
  const energy = energies === null ? null : vectorEnergy(operator, hardware, technology, bytesMoved(run.traffic));
  return { cycles: run.cycles, energy: energy === null || energy.total === null ? 0 : energy.total };
}

/** Distinct products of some chains, wherever their operands are. */
export function productsOf(chains: readonly Chain[]): readonly GemmOperator[] {
  return chains.flatMap(({ operators }) => operators.filter((each) => each.type === "gemm"));
}
