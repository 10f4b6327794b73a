import { createArchive, type Archive } from "./archive.ts";
import { createBound } from "./bound.ts";
import { createCombiner, type Combiner } from "./combine.ts";
import { createExactMerger, finishExact } from "./merge.ts";
import { ACCURACY, createProblem, multiplicitiesOf, type Problem } from "./problem.ts";
import { visitFeasible, visitSlow } from "./second-look.ts";
import { createTally } from "./tally.ts";
import { columnsOf, createOrdering, createTowers, type Ordering, type Workbench } from "./towers.ts";
import type {
  Decomposition,
  ExactDesign,
  ExactOptions,
  ExactPart,
  ExactResult,
  ExactRun,
  SecondLook,
  SecondLookResult,
  Variant,
} from "./types.ts";
import { usableOptions } from "./usable.ts";

/**
 * Enumerates a decomposed space part by part. What a part holds depends on its hardware points and on what was learnt
 * before, and on nothing else; a merger of all parts has the exact front, whatever the parts and their order.
 */
export interface ExactEnumerator {
  /**
   * Tells the front that is known so far, as costs row by row: it rules out designs of the parts to come. Hardware points whose floor
   * they rule out are then not enumerated (`boundedCount`), so what is counted depends on what has been learnt. No front:
   * nothing is ruled out unseen, so that where nothing is feasible every design is counted under its reason.
   */
  learn(costs: Float64Array): void;
  /** @throws the signal's reason */
  run(run?: ExactRun): Promise<ExactPart>;
  /** Takes second looks at those designs that what was learnt leaves open: the front of the first look of all parts. */
  lookAgain(looks: readonly SecondLook[]): Promise<SecondLookResult>;
}

/** Hardware points that are ruled out together, where they can be; where not, in fours, and one by one. The same are ruled out in the end. */
const TOGETHER = 16;
const FEW = 4;

/** What sums are compared with, and how. */
interface Bench extends Workbench {
  readonly combine: Combiner;
}

function benchOf(problem: Problem, ordering: Ordering): Bench {
  const columns = columnsOf(problem);
  const bound = createBound(problem, columns);
  return { problem, ordering, columns, bound, combine: createCombiner(problem, ordering, bound) };
}

/** What floors are compared with: they say nothing of limits that ask for the most of a sum. */
function benchOfFloors(bench: Bench): Bench {
  const { problem, ordering } = bench;
  const limits = problem.limits.filter(({ column, sign }) => column === ACCURACY || sign > 0);
  return limits.length === problem.limits.length ? bench : benchOf({ ...problem, limits }, ordering);
}

/** @throws SearchError for objectives or constraints that the decomposition does not know */
export function createExactEnumerator(decomposition: Decomposition, options: ExactOptions): ExactEnumerator {
  const dimension = options.objectives.length;
  const problem = createProblem(decomposition, options);
  const bench = benchOf(problem, createOrdering(problem));
  const floors = benchOfFloors(bench);
  const nothing = createArchive(dimension);
  const times = multiplicitiesOf(decomposition).of;
  let known: Archive | null = null;

  const designOf = (hardware: number, variant: number, a: number, b: number, costs: Float64Array): ExactDesign => ({
    ...{ hardware, variant, a, b },
    values: Array.from(costs, (cost, k) => (problem.objectives[k] === ACCURACY ? 0 - cost : cost)),
  });
  /** Whether what is known rules out every design that costs at least as much as a floor. */
  const isHopeless = (floor: Variant | null): boolean => {
    if (known === null || floor === null) return false;
    let isOpen = false;
    // The first open pair is enough, and most floors have none: leaving covered options out first takes longer than it saves.
    const towers = createTowers(floors, known, floor, usableOptions(floors.problem, floor), false);
    if (towers !== null) floors.combine(towers, known, () => (isOpen = true));
    return !isOpen;
  };
  const floorOf = (hardware: number): Variant | null =>
    known === null ? null : (decomposition.floor?.(hardware) ?? null);
  /** Hardware points that are ruled out together. */
  const hopelessTogether = (points: readonly number[]): readonly number[] => {
    if (known === null || points.length < 2) return [];
    if (isHopeless(decomposition.commonFloor?.(points) ?? null)) return points;
    if (points.length <= FEW) return [];
    const parts = Array.from({ length: Math.ceil(points.length / FEW) }, (_, i) =>
      points.slice(i * FEW, (i + 1) * FEW),
    );
    return parts.flatMap(hopelessTogether);
  };
  const isWorthALook = (first: Variant, floor: Variant, archive: Archive): boolean => {
    let isWorth = false;
    visitSlow(floors, first, floor, archive, () => (isWorth = true));
    return isWorth;
  };

  const run = async ({ points, signal, onProgress }: ExactRun = {}): Promise<ExactPart> => {
    const tally = createTally(problem);
    const archive = (known ?? nothing).fork();
    const secondLooks: SecondLook[] = [];
    const fresh: { readonly design: ExactDesign; readonly costs: Float64Array }[] = [];
    const enumerate = async (hardware: number): Promise<void> => {
      if (bounded.has(hardware) || isHopeless(floorOf(hardware))) return tally.bound();
      const answer = decomposition.tables(hardware);
      const tables = answer instanceof Promise ? await answer : answer;
      if (tables.kind === "ruled-out") return tally.ruleOut(tables.breaks);
      const { variants, floor, made = null, counted = [] } = tables;
      const usable = variants.map((variant) => usableOptions(problem, variant));
      tally.count(variants, usable);
      for (const { designCount, ...reason } of counted) tally.note(reason, designCount);
      variants.forEach((variant, v) => {
        const towers = createTowers(bench, archive, variant, usable[v]!);
        if (towers === null) return;
        bench.combine(towers, archive, (a, b, costs) => {
          archive.insert(costs, [hardware, v, a, b]);
          fresh.push({ design: designOf(hardware, v, a, b, costs), costs: costs.slice() });
          return false;
        });
      });
      const first = variants[0]!;
      if (floor !== undefined && isWorthALook(first, floor, archive)) secondLooks.push({ hardware, made });
    };
    const all = points ?? Array.from({ length: decomposition.hardwareCount }, (_, i) => i);
    let bounded: ReadonlySet<number> = new Set();
    for (const [done, hardware] of all.entries()) {
      if (done % TOGETHER === 0) bounded = new Set(hopelessTogether(all.slice(done, done + TOGETHER)));
      signal?.throwIfAborted();
      await enumerate(hardware);
      onProgress?.(done + 1, all.length, archive.size);
    }
    const front = fresh.flatMap(({ design, costs }) => (archive.dominates(costs) ? [] : [design]));
    return { ...finishExact(front, options.objectives, tally.counts, tally.reasons(), undefined, times), secondLooks };
  };

  const lookAgain: ExactEnumerator["lookAgain"] = async (looks) => {
    const { secondLook, optionCounts } = decomposition;
    const against = known ?? nothing;
    const found: ExactDesign[] = [];
    let designCount = 0;
    let feasibleCount = 0;
    for (const { hardware, made } of looks) {
      const tables = await decomposition.tables(hardware, made ?? undefined);
      if (tables.kind === "ruled-out" || tables.floor === undefined) continue;
      const { variants, floor } = tables;
      const first = variants[0]!;
      const wanted = [new Set<number>(), new Set<number>()] as const;
      const asked: number[] = [];
      let askedCount = 0;
      visitSlow(floors, first, floor, against, (a, b) => {
        wanted[0].add(a);
        wanted[1].add(b);
        asked.push(a * optionCounts[1] + b);
        askedCount += times(a, b);
        return false;
      });
      if (asked.length === 0 || secondLook === undefined) continue;
      designCount += askedCount;
      const rows = wanted.map((set) => Int32Array.from(set).sort()) as [Int32Array, Int32Array];
      const second = await secondLook.tables(hardware, ...rows);
      visitFeasible(bench, second, asked, (a, b, costs) => {
        feasibleCount += times(a, b);
        if (!against.dominates(costs)) found.push(designOf(hardware, variants.length, a, b, costs));
      });
    }
    return { designCount, feasibleCount, found };
  };

  const learn = (costs: Float64Array): void => {
    known = costs.length === 0 ? null : createArchive(dimension, costs);
  };
  return { learn, run, lookAgain };
}

/**
 * The exact Pareto front of a decomposed space, and how many designs are ruled out by what, without second looks.
 *
 * @throws SearchError for objectives or constraints that the decomposition does not know
 * @throws the signal's reason
 * Checked: test/property/search/exact.test.ts, against brute force.
 */
export async function enumerateExact(
  decomposition: Decomposition,
  options: ExactOptions & ExactRun,
): Promise<ExactResult> {
  const merger = createExactMerger(options.objectives, multiplicitiesOf(decomposition).of);
  merger.add(await createExactEnumerator(decomposition, options).run(options));
  return merger.result();
}

/** Costs of a front, row by row, as other enumerators can learn them; each once. */
export function costsOfFront(front: readonly ExactDesign[], options: ExactOptions): Float64Array {
  const isNew = front.filter(
    ({ values }, i) => i === 0 || values.some((value, k) => value !== front[i - 1]!.values[k]),
  );
  const signs = options.objectives.map(({ direction }) => (direction === "min" ? 1 : -1));
  return Float64Array.from(isNew.flatMap(({ values }) => values.map((value, k) => signs[k]! * value)));
}
