import type { MappingObjective } from "../sim/index.ts";
import { handoverBetween, type Handover } from "./neighbours.ts";
import { runOperators, type Costing, type Job, type Unplaced } from "./run-operator.ts";
import type { Placement } from "./schedule.ts";
import type { Slot } from "./slots.ts";
import type { OperatorEvaluation } from "./types.ts";

export interface ResidencyPlan {
  /** Parts of all slots in order. */
  readonly evaluations: readonly OperatorEvaluation[];
  /** By slot: the result that it leaves in the global buffer for the next one, or null. */
  readonly handovers: readonly (Handover | null)[];
}

/** What one run adds to an objective that is a sum over operators: cycles, or J. */
export function valueOf({ cycles, energy }: OperatorEvaluation, objective: MappingObjective): number {
  const joules = Object.values(energy).reduce((sum, part) => sum + part, 0);
  if (objective === "latency" || Object.keys(energy).length === 0) return cycles;
  return objective === "energy" ? joules - (energy.static ?? 0) : joules;
}

/**
 * Which results wait in the global buffer for the next slot: the choice of least Σ count × value, exactly, by dynamic
 * programming along the list. A slot's value depends on whether its input waits there and whether its result stays:
 *
 *   best[i][s] = min over r of best[i − 1][r] + value_i(r, s),   r, s ∈ {result stays, result goes to DRAM}
 *
 * Nothing kept is one of the choices, so the objective never gets worse. Checked: test/property/evaluate.
 *
 * @param objective  a sum over operators: latency, energy or carbon
 * @returns          the first operator without a mapping, where there is none even with nothing kept
 */
export function planResidency(
  slots: readonly Slot[],
  costing: Costing,
  objective: Exclude<MappingObjective, "edp">,
  isAllowed: boolean,
): ResidencyPlan | Unplaced {
  const handovers = slots.map((_, i) => (isAllowed ? handoverAt(slots, i, costing) : null));
  const states = slots.map((slot, i) => statesOf(slot, handovers[i - 1] ?? null, handovers[i] ?? null, costing));
  const jobs = states.flatMap((each) => each.flatMap(({ parts }) => parts));
  const results = runOperators(jobs, costing);
  let first = 0;
  let best = new Map<boolean, Path>([[false, { value: 0, evaluations: [], before: null, after: false }]]);
  for (const choices of states) {
    const next = new Map<boolean, Path>();
    let unplaced: Unplaced | null = null;
    for (const { before, after, parts } of choices) {
      const own = results.slice(first, first + parts.length);
      first += parts.length;
      const missing = own.find((each) => "result" in each);
      unplaced ??= missing ?? null;
      const path = best.get(before);
      if (path === undefined || missing !== undefined) continue;
      const evaluations = own as readonly OperatorEvaluation[];
      const value = evaluations.reduce((sum, each) => sum + each.count * valueOf(each, objective), path.value);
      const known = next.get(after);
      if (known === undefined || value < known.value) next.set(after, { value, evaluations, after, before: path });
    }
    if (unplaced !== null && next.size === 0) return unplaced;
    best = next;
  }
  return unwind(best.get(false)!, handovers);
}

/** The best way to a slot's state, with the way to the state before. */
interface Path {
  readonly value: number;
  readonly evaluations: readonly OperatorEvaluation[];
  readonly after: boolean;
  readonly before: Path | null;
}

function unwind(end: Path, handovers: readonly (Handover | null)[]): ResidencyPlan {
  const paths: Path[] = [];
  for (let path = end; path.before !== null; path = path.before) paths.push(path);
  paths.reverse();
  return {
    evaluations: paths.flatMap(({ evaluations }) => evaluations),
    handovers: paths.map(({ after }, i) => (after ? handovers[i]! : null)),
  };
}

function handoverAt(slots: readonly Slot[], i: number, { hardware }: Costing): Handover | null {
  const [producer, consumer] = [slots[i]!, slots[i + 1]];
  if (consumer === undefined) return null;
  return handoverBetween(producer.last, consumer.first, slots[i + 2]?.first, hardware);
}

interface State {
  readonly before: boolean;
  readonly after: boolean;
  readonly parts: readonly Job[];
}

/** The placements of one slot, nothing kept first, so that ties keep nothing. */
function statesOf(
  slot: Slot,
  arriving: Handover | null,
  leaving: Handover | null,
  { hardware }: Costing,
): readonly State[] {
  const room = hardware.globalBuffer?.size;
  const capacity = typeof room === "number" ? room : 0;
  const states: State[] = [{ before: false, after: false, parts: slot.parts }];
  for (const [before, after] of [
    [true, false],
    [false, true],
    [true, true],
  ] as const) {
    if ((before && arriving === null) || (after && leaving === null)) continue;
    const come = before ? arriving : null;
    const go = after ? leaving : null;
    const parts = slot.parts.map((job, index) => ({
      ...job,
      placement: add(
        job,
        isLike(slot, index, 0) ? come : null,
        isLike(slot, index, slot.exit) ? go : null,
        roomOf(come) + roomOf(go),
      ),
    }));
    if (parts.every(({ placement }) => placement.reservedBytes <= capacity)) states.push({ before, after, parts });
  }
  return states;
}

/** Fused attention may have a product in two parts, which take and leave their rows together. */
function isLike({ parts }: Slot, index: number, other: number): boolean {
  return parts[index]!.operator.kind === parts[other]!.operator.kind;
}

function roomOf(handover: Handover | null): number {
  return handover?.bytes ?? 0;
}

function add(
  { operator, placement }: Job,
  arriving: Handover | null,
  leaving: Handover | null,
  reserved: number,
): Placement {
  const { resident, kept, reservedBytes } = placement;
  const stays = leaving !== null && !leaving.isWritten;
  return {
    resident: {
      input: resident.input || (arriving?.input ?? false),
      weight: resident.weight || (arriving?.weight ?? false),
      output: resident.output || stays,
    },
    kept:
      operator.type === "gemm"
        ? kept
        : {
            inputBytes: kept.inputBytes + roomOf(arriving),
            outputBytes: kept.outputBytes + (stays ? leaving.bytes : 0),
            isOnTile: kept.isOnTile,
          },
    reservedBytes: reservedBytes + reserved,
  };
}
