import { availableParallelism } from "node:os";
import { InputError } from "../errors/index.ts";
import { askedMetric, headlineOf } from "../report/headline.ts";
import type { FrontRow } from "../report/types.ts";
import { assess, createSpace, type Point } from "../search/index.ts";
import type { SpaceParameter, Study } from "../spec/index.ts";
import { createDesignEvaluator, designContext, type DesignEvaluator } from "../worker/index.ts";
import { runExact } from "./exact/run.ts";
import { frontRow } from "./record.ts";
import { RunInterrupted, type StudyRun } from "./run.ts";

/** What a part of a space has, and what it adds to the part before. */
export interface AddedStep {
  /** The group of parameters that is open beyond the step before; null: the first step, in which none of the groups is. */
  readonly group: string | null;
  /** Designs of the space that is open. */
  readonly designCount: bigint;
  /** The best design; null: none is within the limits. */
  readonly best: FrontRow | null;
  /**
   * The study's own model on its own chip, with the values of the best design in the groups that are open: what these bring without a
   * search. Null: there is no best design, or none of the groups is open, or the start does not run so.
   */
  readonly start: FrontRow | null;
}

export interface AddingOptions {
  /** Threads, ≥ 1; no result depends on it. Default: all cores. */
  readonly workers?: number;
  readonly signal?: AbortSignal;
  /** Called before each search, with its place and the number of searches. */
  readonly onStep?: (place: number, count: number) => void;
}

/** Whether a path is of a group: the group itself, or what it begins. */
export const isOf = (group: string, path: string): boolean => path === group || path.startsWith(`${group}.`);

/**
 * The groups in the order in which they are added.
 *
 * @throws InputError for a study that cannot be searched in steps, and for groups that its space does not have
 */
export function checkAdding({ search, accuracy, space }: Study, groups: readonly string[]): void {
  if (search.strategy !== "exact")
    throw new InputError(
      `--adding needs strategy exact, which knows the best design of every part of a space; the study is searched by ${search.strategy}.`,
    );
  if (accuracy?.evaluator === "command")
    throw new InputError("--adding is for accuracies that are predicted, and the study asks a command for them.");
  groups.forEach((group, place) => {
    if (groups.indexOf(group) < place) throw new InputError(`--adding names ${group} twice.`);
    const overlap = groups.slice(0, place).find((other) => isOf(other, group) || isOf(group, other));
    if (overlap !== undefined)
      throw new InputError(`--adding names ${group} and ${overlap}, of which one holds the other.`);
    if (!space.some(({ path }) => isOf(group, path)))
      throw new InputError(
        `--adding names ${group}, and no parameter of the space is that or begins so. There are: ${space.map(({ path }) => path).join(", ")}.`,
      );
  });
  groups.forEach((_, place) => {
    const open = opened(space, groups.slice(place));
    const hanging = open.find(({ when }) => when !== undefined && !open.some(({ path }) => path === when.path));
    if (hanging !== undefined)
      throw new InputError(
        `--adding leaves ${hanging.path} open without ${hanging.when!.path}, on which it depends: let one group hold both.`,
      );
  });
}

/** The parameters of a space without some groups. */
function opened(space: readonly SpaceParameter[], without: readonly string[]): readonly SpaceParameter[] {
  return space.filter(({ path }) => !without.some((group) => isOf(group, path)));
}

/**
 * The least of what a study asks for first, at no less than its baseline's accuracy, as its space grows: without any of the groups, then with
 * one after the other. The last step is the run itself. Each step before is a search of its own, exact as the run, for one design:
 *
 *   least metric, subject to the limits of the study and, where it has an accuracy, accuracy ≥ that of the baseline
 *
 * @param run of an exact study that has ended
 * @throws as {@link checkAdding}; RunInterrupted where the signal has ended it
 */
export async function bestByAdding(
  { study, record }: StudyRun,
  groups: readonly string[],
  { workers = availableParallelism(), signal = new AbortController().signal, onStep }: AddingOptions = {},
): Promise<readonly AddedStep[]> {
  checkAdding(study, groups);
  const evaluator = createDesignEvaluator(designContext(study));
  const rowOf = (point: Point): FrontRow | null => {
    const detail = evaluator.detail(point);
    return detail === null ? null : frontRow(null, point, detail, evaluator, study);
  };
  const startWith = (best: FrontRow | null, added: readonly string[]): FrontRow | null => {
    if (best === null || added.length === 0) return null;
    const own = Object.entries(best.point).filter(([path]) => added.some((group) => isOf(group, path)));
    return rowOf(Object.fromEntries(own));
  };
  const steps: AddedStep[] = [];
  // From the whole space down: the best of the larger space, without what the smaller one does not have, is a design of that.
  for (let place = groups.length; place >= 0; place -= 1) {
    const group = place === 0 ? null : groups[place - 1]!;
    const space = opened(study.space, groups.slice(place));
    const designCount = createSpace(space).size;
    const larger = steps[0]?.best ?? null;
    if (place < groups.length) onStep?.(groups.length - place, groups.length);
    const best =
      place === groups.length
        ? bestOfRun(record)
        : await bestOf(partOf(study, record, space), larger && within(space, larger.point), evaluator, rowOf, {
            workers,
            signal,
          });
    steps.unshift({ group, designCount, best, start: startWith(best, groups.slice(0, place)) });
  }
  return steps;
}

/** What of a point a smaller space has. */
function within(space: readonly SpaceParameter[], point: Point): Point {
  const paths = new Set(space.map(({ path }) => path));
  return Object.fromEntries(Object.entries(point).filter(([path]) => paths.has(path)));
}

/** As the headline of a run has it, but for designs below the baseline's accuracy. */
function bestOfRun(record: StudyRun["record"]): FrontRow | null {
  const headline = headlineOf(record);
  const isJudged = typeof record.baseline?.metrics["accuracy"] === "number";
  return headline === null || (isJudged && headline.floor !== "accuracy") ? null : headline.best;
}

/** The search for one design: of least cost at no less than the baseline's accuracy. */
function partOf(study: Study, { baseline }: StudyRun["record"], space: readonly SpaceParameter[]): Study {
  const limit = baseline?.metrics["accuracy"];
  const floor = { metric: "accuracy", comparison: ">=" as const, limit: limit ?? 0, text: "accuracy of the baseline" };
  return {
    ...{ ...study, space },
    objectives: [{ metric: askedMetric(study), direction: "min" }],
    constraints: typeof limit === "number" ? [...study.constraints, floor] : study.constraints,
  };
}

/** Sums in another order differ by less. */
const ROUNDING = 1e-9;

async function bestOf(
  part: Study,
  known: Point | null,
  { outcome }: DesignEvaluator,
  rowOf: (point: Point) => FrontRow | null,
  { workers, signal }: { readonly workers: number; readonly signal: AbortSignal },
): Promise<FrontRow | null> {
  const { objectives, constraints } = part;
  const assessed = known === null ? null : assess(outcome(known), objectives, constraints);
  const atMost = assessed?.kind === "feasible" ? assessed.costs.map((cost) => cost + ROUNDING * Math.abs(cost)) : null;
  const { front } = await runExact(part, workers, signal, null, null, () => undefined, atMost).catch(
    (error: unknown) => {
      throw signal.aborted ? new RunInterrupted(null) : error;
    },
  );
  const [first] = front;
  return first === undefined ? null : rowOf(first.point);
}
