import {
  hypervolume,
  igdPlus,
  nadirOf,
  nonDominated,
  valuesOf,
  type Costs,
  type Objective,
} from "../../search/index.ts";
import { thinned } from "../../report/front-table.ts";
import type { ComparedRun, Comparison, OwnBest } from "../../report/comparison/types.ts";
import { InputError } from "../../errors/index.ts";
import { differencesOf } from "./differences.ts";
import { groupsOf } from "./groups.ts";
import type { FinishedRun } from "./read-run.ts";

/** Points of one run in a chart. */
const MOST_POINTS = 500;
/** Designs that a hypervolume of four objectives is taken of: it takes exponential time. */
const MOST_MEASURED = 100;

/**
 * Sets finished runs side by side by the objectives of the first: a run that had another aim is measured by what its
 * designs are in these.
 *
 * Reference point: the worst value of each objective over all fronts. Reference front: that of the first exact run with
 * the same objectives, else the best of all fronts together.
 *
 * @throws InputError where no design can be measured
 */
export function compareRuns(runs: readonly FinishedRun[]): Comparison {
  const { objectives } = runs[0]!.record.study;
  const fronts = runs.map((run) => costsOfRun(run, objectives));
  const all = fronts.flat();
  if (all.length === 0) throw new InputError("None of the runs has a design to compare.");
  const reference = nadirOf(all);
  const best = referenceOf(runs, fronts, objectives);
  const measured = (front: readonly Costs[]): number =>
    hypervolume(objectives.length > 3 ? thinned(front, MOST_MEASURED) : front, reference);
  const most = measured(best.front);
  const compared = runs.map(({ label, record, front }, i): ComparedRun => {
    const { study, exact, trialCount } = record;
    const own = fronts[i]!;
    const volume = measured(own);
    return {
      ...{ label, study: study.name, mode: study.mode, strategy: study.strategy, seed: study.seed, trialCount },
      isExact: exact !== undefined,
      designCount: own.length,
      unknownCount: front.length - own.length,
      hypervolume: volume,
      share: most === 0 ? 1 : volume / most,
      igdPlus: own.length === 0 ? null : igdPlus(own, best.front),
      points: thinned(own, MOST_POINTS).map((costs) => valuesOf(costs, objectives)),
    };
  });
  return {
    format: 1,
    objectives,
    referencePoint: valuesOf(reference, objectives),
    referenceFront: { of: best.of, isExact: best.isExact, designCount: best.front.length },
    runs: compared,
    groups: groupsOf(runs, fronts, compared, objectives),
    ownBest: ownBestOf(runs),
    differences: differencesOf(runs),
  };
}

/** Costs of the designs of which every objective is known. */
function costsOfRun({ front }: FinishedRun, objectives: readonly Objective[]): readonly Costs[] {
  return front.flatMap((metrics) => {
    const values = objectives.map(({ metric, direction }) => {
      const value = Object.hasOwn(metrics, metric) ? metrics[metric]! : NaN;
      return direction === "min" ? value : 0 - value;
    });
    return values.every(Number.isFinite) ? [values] : [];
  });
}

function referenceOf(
  runs: readonly FinishedRun[],
  fronts: readonly (readonly Costs[])[],
  wanted: readonly Objective[],
) {
  const metricsOf = (objectives: readonly Objective[]): string =>
    JSON.stringify(objectives.map((o) => o.metric).sort());
  const at = runs.findIndex(
    ({ record: { exact, study } }, i) =>
      exact !== undefined && metricsOf(study.objectives) === metricsOf(wanted) && fronts[i]!.length > 0,
  );
  if (at >= 0) return { of: runs[at]!.label, isExact: true, front: fronts[at]! };
  const all = fronts.flat();
  const front = nonDominated(all).map((i) => all[i]!);
  return { of: "all runs together", isExact: false, front };
}

/** For each run the designs that are best in its own first aim, at the floors of the first run's baseline. */
function ownBestOf(runs: readonly FinishedRun[]): readonly OwnBest[] {
  const floors = new Set((runs[0]!.record.aims ?? []).map(({ floor }) => floor));
  return runs.flatMap(({ label, record }) => {
    const aim = record.study.objectives.find(({ direction }) => direction === "min")?.metric;
    const own = (record.aims ?? []).filter(({ metric, floor }) => metric === aim && floors.has(floor));
    return own.map((design) => ({ run: label, ...design }));
  });
}
