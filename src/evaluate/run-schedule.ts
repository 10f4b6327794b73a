import type { MappingObjective } from "../sim/index.ts";
import type { Operator, Workload } from "../workload/index.ts";
import { weightBytesOf } from "./footprint.ts";
import { kernelOf, kernelSeconds } from "./operator-latency.ts";
import { planResidency, valueOf, type ResidencyPlan } from "./residency.ts";
import { runOperators, type Costing, type Unplaced } from "./run-operator.ts";
import { commonRoom } from "../spec/hardware.ts";
import { isFused, isPlainSchedule, type ScheduleSettings } from "../spec/schedule.ts";
import type { Allowed } from "./slot-states.ts";
import { PLAIN_PLACEMENT, type ScheduleOutcome } from "./schedule.ts";
import { slotsOf, type Slot } from "./slots.ts";
import type { OperatorEvaluation } from "./types.ts";
import { joulesOf } from "../units/index.ts";

export interface ScheduledRun {
  readonly evaluations: readonly OperatorEvaluation[];
  /** Cycles spent starting operators. */
  readonly launchCycles: number;
  readonly outcome: ScheduleOutcome;
}

/** J per inference that weights on chip cost between inferences, by the latency in s. */
export type Retention = (latency: number) => number;

interface Candidate {
  readonly slots: readonly Slot[];
  readonly plan: ResidencyPlan;
  readonly weightBytes: number;
}

/**
 * Runs a model under a schedule. Fusion is done as asked; what stays in the global buffer is chosen for the mapper's objective,
 * and nothing kept is always one of the choices, also for EDP, which is no sum: there, plans for latency and for energy
 * are made, and the one with the smaller product is taken.
 *
 * @param retention  J that keeping weights on chip costs between inferences of so many seconds; counts for objective carbon
 * @returns          the first operator without a legal mapping, where there is one
 */
export function runSchedule(
  workload: Workload,
  costing: Costing,
  settings: ScheduleSettings,
  retention: Retention,
): ScheduledRun | Unplaced {
  if (isPlainSchedule(settings)) return runPlain(workload, costing, settings);
  const { hardware } = costing;
  const objective = objectiveOf(costing);
  const candidates: Candidate[] = [];
  for (const weightBytes of settings.weights ? [0, roomForWeights(workload, costing)] : [0]) {
    if (weightBytes === null) continue;
    const slots = slotsOf(workload.operators, hardware, settings.fusion, weightBytes);
    for (const [sum, allowed] of plansFor(objective, settings)) {
      const plan = planResidency(slots, costing, sum, allowed);
      if (!("result" in plan)) candidates.push({ slots, plan, weightBytes });
      else if (weightBytes === 0) return plan;
    }
  }
  const { slots, plan, weightBytes } = candidates.reduce((best, each) =>
    totalOf(each, objective, costing, retention) < totalOf(best, objective, costing, retention) ? each : best,
  );
  return {
    evaluations: plan.evaluations,
    launchCycles: launchCyclesOf(slots, costing),
    outcome: {
      settings,
      fused: fusedIn(slots),
      ...linksOf(slots, plan),
      weightBytes,
      attentionRereadBytes: isFused(settings, "attention") ? rereadBytes(workload, slots, costing) : 0,
    },
  };
}

/** What a mapper maps for where energies are known, and where they are not. */
function objectiveOf({ coefficients, mapper }: Pick<Costing, "coefficients" | "mapper">): MappingObjective {
  return coefficients === null ? "latency" : mapper.objective;
}

/** Whether a schedule is planned for a sum over operators, so that what no link joins is planned apart. */
export function isPlannedBySum(objective: MappingObjective, settings: ScheduleSettings): boolean {
  return plansFor(objective, settings).length === 1;
}

/** Operators under a schedule, by themselves. */
export interface ChainRun {
  readonly evaluations: readonly OperatorEvaluation[];
  /** Operators that run inside the one before them, by name. */
  readonly fused: readonly string[];
}

/**
 * Runs operators that no link joins with others as {@link runSchedule} runs them within a model, with so many bytes of weights at hand.
 *
 * @param weightBytes 0: weights come from DRAM
 * @returns           the first operator without a legal mapping, where there is one
 * @throws RangeError for an objective that is no sum, see {@link isPlannedBySum}
 */
export function runChain(
  operators: readonly Operator[],
  costing: Costing,
  settings: ScheduleSettings,
  weightBytes = 0,
): ChainRun | Unplaced {
  const [only, ...others] = plansFor(objectiveOf(costing), settings);
  if (only === undefined || others.length > 0) throw new RangeError("a schedule for EDP is planned for a whole model");
  const slots = slotsOf(operators, costing.hardware, settings.fusion, weightBytes);
  const plan = planResidency(slots, costing, ...only);
  return "result" in plan ? plan : { evaluations: plan.evaluations, fused: fusedIn(slots) };
}

function fusedIn(slots: readonly Slot[]): readonly string[] {
  return slots.flatMap(({ parts }) => parts.filter((job) => job.starts === null).map(({ operator }) => operator.name));
}

/** What waits and what comes ahead, by the names of the operators on both sides. */
function linksOf(
  slots: readonly Slot[],
  { links, waits }: ResidencyPlan,
): Pick<ScheduleOutcome, "handovers" | "prefetches"> {
  const between = links.map(({ handover, prefetchedBytes }, i) => ({
    ...{ handover, prefetchedBytes, waitCycles: waits[i]! },
    names: { from: slots[i]!.last.name, to: slots[i + 1]?.first.name ?? "" },
  }));
  return {
    handovers: between.flatMap(({ handover, names }) =>
      handover === null ? [] : [{ ...names, bytes: handover.bytes }],
    ),
    prefetches: between.flatMap(({ prefetchedBytes, waitCycles, names }) =>
      prefetchedBytes === 0 ? [] : [{ ...names, bytes: prefetchedBytes, waitCycles }],
    ),
  };
}

/** The same as a schedule with one choice, without its lists: searches take this way. */
function runPlain({ operators }: Workload, costing: Costing, settings: ScheduleSettings): ScheduledRun | Unplaced {
  const jobs = operators.map((operator) => ({ operator, placement: PLAIN_PLACEMENT, starts: kernelOf(operator) }));
  const evaluations: OperatorEvaluation[] = [];
  for (const each of runOperators(jobs, costing)) {
    if ("result" in each) return each;
    evaluations.push(each);
  }
  const outcome = { settings, fused: [], handovers: [], prefetches: [], weightBytes: 0, attentionRereadBytes: 0 };
  return { evaluations, launchCycles: launchCyclesOf([{ parts: jobs }], costing), outcome };
}

type Sum = Exclude<MappingObjective, "edp">;

/** What is planned for: the objective, or for EDP its two factors, with every part of what is allowed, and with nothing. */
function plansFor(objective: MappingObjective, allowed: Allowed): readonly (readonly [Sum, Allowed])[] {
  if (objective !== "edp") return [[objective, allowed]];
  const parts = [
    { activations: allowed.activations, prefetch: false },
    { activations: false, prefetch: allowed.prefetch },
    { activations: allowed.activations, prefetch: allowed.prefetch },
  ].filter(({ activations, prefetch }) => activations || prefetch);
  const nothing: readonly [Sum, Allowed] = ["latency", { activations: false, prefetch: false }];
  return [
    nothing,
    ...parts.flatMap((part): [Sum, Allowed][] => [
      ["latency", part],
      ["energy", part],
    ]),
  ];
}

/** Room that all parameters take, or null where they do not fit beside anything else. */
function roomForWeights(workload: Workload, { hardware }: Costing): number | null {
  const room = commonRoom(hardware.globalBuffer);
  const bytes = weightBytesOf(workload, hardware);
  return room !== null && bytes < room ? bytes : null;
}

function totalOf(
  { plan, slots, weightBytes }: Candidate,
  objective: MappingObjective,
  costing: Costing,
  retention: Retention,
): number {
  const sum = (of: Sum) => plan.evaluations.reduce((total, each) => total + each.count * valueOf(each, of), 0);
  const launch = launchCyclesOf(slots, costing);
  const launchJoules = joulesOf(launch * (costing.coefficients?.activePerCycle ?? 0));
  if (objective === "edp") return (sum("latency") + launch) * (sum("carbon") + launchJoules);
  if (objective === "latency" || weightBytes === 0) return sum(objective);
  return sum(objective) + retention((sum("latency") + launch) / costing.hardware.clock);
}

function launchCyclesOf(slots: readonly Pick<Slot, "parts">[], { hardware }: Costing): number {
  const seconds = slots.reduce(
    (sum, { parts }) =>
      parts.reduce(
        (each, { operator, starts }) =>
          starts === null ? each : each + operator.count * kernelSeconds(starts, hardware),
        sum,
      ),
    0,
  );
  return Math.ceil(seconds * hardware.clock);
}

/** DRAM bytes of queries, keys, values and results in fused attention, less those of the same products unfused. */
function rereadBytes(workload: Workload, slots: readonly Slot[], costing: Costing): number {
  const fused = slots.filter(({ parts }) => parts.length > 1 && parts[0]!.operator.kind === "scores");
  const names = new Set(fused.flatMap(({ first, last }) => [first.name, last.name]));
  const unfused = workload.operators
    .filter(({ name }) => names.has(name))
    .map((operator) => ({ operator, placement: PLAIN_PLACEMENT, starts: kernelOf(operator) }));
  const bytesOf = (evaluations: ReturnType<typeof runOperators>) =>
    evaluations.reduce((sum, each) => ("result" in each ? sum : sum + each.count * attentionOperandBytes(each)), 0);
  const parts = fused.flatMap((slot) => slot.parts);
  return Math.max(0, bytesOf(runOperators(parts, costing)) - bytesOf(runOperators(unfused, costing)));
}

function attentionOperandBytes({ gemm, kind }: OperatorEvaluation): number {
  if (gemm?.kind !== "mapped") return 0;
  const { reads, writes } = gemm.counters.dram;
  return kind === "scores" ? reads.input + reads.weight : reads.weight + reads.output + writes.output;
}
