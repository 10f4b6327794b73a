import { createArchive, type Archive } from "./archive.ts";
import { createBound } from "./bound.ts";
import { createCombiner } from "./combine.ts";
import { costsOfDesign, finishExact } from "./merge.ts";
import { ACCURACY, createProblem } from "./problem.ts";
import { visitSlow, type Workbench } from "./second-look.ts";
import { createTally } from "./tally.ts";
import { columnsOf, createOrdering, createTowers } from "./towers.ts";
import type {
  Decomposition,
  ExactDesign,
  ExactOptions,
  ExactPart,
  ExactResult,
  ExactRun,
  SecondLook,
  SecondLookResult,
} from "./types.ts";
import { usableOptions } from "./usable.ts";

/**
 * Enumerates a decomposed space part by part. Designs of earlier parts rule out those of later ones, so a part holds
 * only what is new; `mergeExact` of all parts is the exact result, whatever the parts and their order.
 */
export interface ExactEnumerator {
  /** @throws the signal's reason */
  run(run?: ExactRun): Promise<ExactPart>;
  /**
   * Takes second looks of all parts, of those designs that the front of the first look leaves open.
   * @param front of `mergeExact` of all parts
   */
  lookAgain(looks: readonly SecondLook[], front: readonly ExactDesign[]): Promise<SecondLookResult>;
}

/** @throws SearchError for objectives or constraints that the decomposition does not know */
export function createExactEnumerator(decomposition: Decomposition, options: ExactOptions): ExactEnumerator {
  const { objectives } = options;
  const problem = createProblem(decomposition, options);
  const columns = columnsOf(problem);
  const ordering = createOrdering(problem);
  const bound = createBound(problem, columns);
  const combine = createCombiner(problem, ordering, bound);
  const bench: Workbench = { problem, columns, ordering, bound, combine };
  const archive = createArchive(objectives.length);
  const designOf = (hardware: number, variant: number, a: number, b: number, costs: Float64Array): ExactDesign => ({
    ...{ hardware, variant, a, b },
    values: Array.from(costs, (cost, k) => (problem.objectives[k] === ACCURACY ? 0 - cost : cost)),
  });
  const costsOf = (design: ExactDesign): Float64Array => Float64Array.from(costsOfDesign(design, objectives));

  const run = async ({ range, signal, onProgress }: ExactRun = {}): Promise<ExactPart> => {
    const [from, to] = range ?? [0, decomposition.hardwareCount];
    const tally = createTally(problem);
    const secondLooks: SecondLook[] = [];
    const fresh: ExactDesign[] = [];
    for (let hardware = from; hardware < to; hardware += 1) {
      signal?.throwIfAborted();
      const answer = decomposition.tables(hardware);
      const tables = answer instanceof Promise ? await answer : answer;
      if (tables.kind === "ruled-out") tally.ruleOut(tables.breaks);
      else {
        const { variants, floor, counted = [] } = tables;
        const usable = variants.map((variant) => usableOptions(problem, variant));
        tally.count(variants, usable);
        for (const { designCount, ...reason } of counted) tally.note(reason, designCount);
        variants.forEach((variant, v) => {
          const towers = createTowers(problem, ordering, columns, bound, archive, variant, usable[v]!);
          if (towers === null) return;
          combine(towers, archive, (a, b, costs) => {
            archive.insert(costs, [hardware, v, a, b]);
            fresh.push(designOf(hardware, v, a, b, costs));
          });
        });
        const first = variants[0]!;
        if (floor !== undefined && isWorthALook(bench, first, floor, archive))
          secondLooks.push({ hardware, variantCount: variants.length, first, floor });
      }
      onProgress?.(hardware - from + 1, to - from, archive.size);
    }
    const front = fresh.filter((design) => !archive.dominates(costsOf(design)));
    const result = finishExact(front, objectives, tally.coveredCount, tally.feasibleCount, tally.reasons());
    return { ...result, secondLooks };
  };

  const lookAgain: ExactEnumerator["lookAgain"] = async (looks, front) => {
    const { secondLook } = decomposition;
    const known = createArchive(objectives.length);
    for (const design of front) known.insert(costsOf(design), []);
    const found: ExactDesign[] = [];
    let designCount = 0;
    let feasibleCount = 0;
    const anything = createArchive(objectives.length);
    for (const { hardware, variantCount, first, floor } of looks) {
      const wanted = [new Set<number>(), new Set<number>()] as const;
      const pairs = new Set<number>();
      visitSlow(bench, first, floor, known, (a, b) => {
        wanted[0].add(a);
        wanted[1].add(b);
        pairs.add(a * decomposition.optionCounts[1] + b);
      });
      if (pairs.size === 0 || secondLook === undefined) continue;
      designCount += pairs.size;
      const rows = wanted.map((set) => Int32Array.from(set).sort()) as [Int32Array, Int32Array];
      const second = await secondLook.tables(hardware, ...rows);
      const isAsked = (a: number, b: number): boolean => pairs.has(a * decomposition.optionCounts[1] + b);
      visitSlow(bench, first, second, anything, (a, b, costs) => {
        if (!isAsked(a, b)) return;
        feasibleCount += 1;
        if (!known.dominates(costs)) found.push(designOf(hardware, variantCount, a, b, costs));
      });
    }
    return { designCount, feasibleCount, found };
  };
  return { run, lookAgain };
}

function isWorthALook(
  bench: Workbench,
  first: SecondLook["first"],
  floor: SecondLook["floor"],
  archive: Archive,
): boolean {
  let isWorth = false;
  visitSlow(bench, first, floor, archive, () => (isWorth = true));
  return isWorth;
}

/**
 * The exact Pareto front of a decomposed space, and how many designs are ruled out by what, without second looks.
 * Deterministic; the result of a range of hardware points can be joined with others by `mergeExact`.
 *
 * @throws SearchError for objectives or constraints that the decomposition does not know
 * @throws the signal's reason
 * Checked: test/property/search/exact.test.ts, against brute force.
 */
export async function enumerateExact(
  decomposition: Decomposition,
  options: ExactOptions & ExactRun,
): Promise<ExactResult> {
  const { secondLooks: _, ...result } = await createExactEnumerator(decomposition, options).run(options);
  return result;
}
