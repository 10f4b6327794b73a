import { joulesOf } from "../../units/index.ts";
import { sumOfSizes } from "../../workload/index.ts";
import { dramBytes } from "./dram.ts";
import type { Fixed } from "./fixed.ts";
import type { Mapper } from "./machine.ts";
import { sumOf, type ChainCosts } from "./operator-costs.ts";
import type { OperatorTable, OptionOperators } from "./operator-table.ts";

/** Designs whose weights stay on chip, since the mapper's objective gets better: one an option of the tower that varies. */
export interface KeptWeights {
  /** Of the whole design, by option; 0 cycles: its weights come from DRAM. Cycles and J of one inference, launches included. */
  readonly cycles: Float64Array;
  readonly energy: Float64Array;
  /** What keeping them costs over the life, kgCO2e. */
  readonly carbon: Float64Array;
}

/** The tower whose options differ. */
export function variedSide({ towers }: OperatorTable): 0 | 1 {
  return towers[1].length > 1 ? 1 : 0;
}

/**
 * Looks, option by option, whether weights that stay on chip are better than weights from DRAM, as `evaluate` does: what they take of the
 * global buffer follows from the whole model, so that at most one tower may vary.
 *
 * @param plain    costs with weights from DRAM
 * @param simulate costs of some rows with so many bytes of weights at hand
 * @returns        null where no option's weights have room beside anything else
 */
export function keptWeights(
  table: OperatorTable,
  { machine, retention }: Pick<Fixed, "machine" | "retention">,
  objective: Mapper["objective"],
  plain: ChainCosts,
  simulate: (rows: Int32Array, weightBytes: number) => ChainCosts,
): KeptWeights | null {
  const { hardware, schedule, energies } = machine;
  const room = hardware.globalBuffer?.size;
  if (!schedule.weights || typeof room !== "number") return null;
  const side = variedSide(table);
  const [options, others] = [table.towers[side], [...table.towers[side === 0 ? 1 : 0], table.joint]];
  if (others.length > 2) throw new RangeError("weights of two towers that vary are no sum");
  const byBytes = new Map<number, number[]>();
  for (const [i, { parameters }] of options.entries()) {
    const all = sumOfSizes(parameters, ...others.map((other) => other.parameters));
    const bytes = Math.ceil(dramBytes(hardware, all, []));
    if (bytes < room) byBytes.set(bytes, [...(byBytes.get(bytes) ?? []), i]);
  }
  if (byBytes.size === 0) return null;
  const column = (): Float64Array => new Float64Array(options.length);
  const kept = { cycles: column(), energy: column(), carbon: column() };
  const perCycle = energies?.activePerCycle ?? 0;
  const isTimed = energies === null || objective === "latency";
  for (const [bytes, places] of byBytes) {
    const asked = places.filter((i) => Number.isFinite(wholeOf([options[i]!, ...others], plain, perCycle).cycles));
    if (asked.length === 0) continue;
    const rows = [...asked.map((i) => options[i]!), ...others].flatMap((option) => [...option.rows]);
    const costs = simulate(Int32Array.from(new Set(rows)).sort(), bytes);
    for (const i of asked) {
      const parts = [options[i]!, ...others];
      const [fetched, stays] = [wholeOf(parts, plain, perCycle), wholeOf(parts, costs, perCycle)];
      if (!Number.isFinite(stays.cycles)) continue;
      const { joules, carbon } = retention(stays.cycles / hardware.clock);
      const isBetter = isTimed ? stays.working < fetched.working : stays.joules + joules < fetched.joules;
      if (!isBetter) continue;
      kept.cycles[i] = stays.cycles;
      kept.energy[i] = stays.energy;
      kept.carbon[i] = carbon;
    }
  }
  return kept;
}

/** A whole design: with launches, and without, as plans are compared. */
function wholeOf(parts: readonly OptionOperators[], { cycles, launch, energy }: ChainCosts, perCycle: number) {
  const sum = (values: Float64Array): number => parts.reduce((total, part) => total + sumOf(part, values), 0);
  const [all, started, joules] = [sum(cycles), sum(launch), sum(energy)];
  return { cycles: all, energy: joules, working: all - started, joules: joules - joulesOf(started * perCycle) };
}

/** The columns of {@link KeptWeights} in a row behind other numbers, and out of it again. */
export function packedKept(before: Float64Array, kept: KeptWeights | null): Float64Array {
  if (kept === null) return before;
  const columns = [before, kept.cycles, kept.energy, kept.carbon];
  const all = new Float64Array(columns.reduce((sum, { length }) => sum + length, 0));
  columns.reduce((at, column) => (all.set(column, at), at + column.length), 0);
  return all;
}

export function unpackedKept(all: Float64Array, from: number): KeptWeights | null {
  if (all.length === from) return null;
  const count = (all.length - from) / 3;
  const column = (i: number): Float64Array => all.subarray(from + i * count, from + (i + 1) * count);
  return { cycles: column(0), energy: column(1), carbon: column(2) };
}
